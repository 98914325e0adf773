"""How others call the columns of the contract, in English and Chinese and some other languages; own work.

Marketplaces, arbitration institutions, ombudsmen, tribunals and courts. A spelling that means one thing in one place
and another elsewhere is weak: alone it decides nothing. Latin letters stand without their accents.
"""

from collections.abc import Mapping
from typing import Final

_IDS_OF_DISPUTES: Final = (
    "dispute id", "dispute number", "case id", "case number", "case reference", "reference id", "reference number",
    "case", "claim id", "claim number", "docket number", "file number", "ticket id", "complaint id",
    "complaint number", "application number", "matter id", "matter number", "decision id", "decision number",
    "decision reference", "award number", "judgment number", "neutral citation", "纠纷编号", "纠纷id", "纠纷号",
    "纠纷单号", "案号", "案件编号", "案件号", "维权单号", "维权编号", "投诉编号", "投诉单号", "工单号", "工单编号",
    "仲裁案号", "裁决书编号", "文书编号", "文书号", "判决书编号", "争议编号", "所属纠纷", "processo",
    "numero do processo", "protocolo", "expediente", "numero de expediente", "dossier", "aktenzeichen",
)  # fmt: skip
_BUYERS: Final = (
    "buyer", "consumer", "customer", "claimant", "complainant", "plaintiff", "applicant", "petitioner", "purchaser",
    "tenant", "consumidor", "reclamante", "requerente", "demandante", "autor", "comprador", "consommateur", "demandeur",
    "verbraucher", "klager", "买家", "买方", "消费者", "原告", "申请人", "投诉人", "客户", "申诉人",
)  # fmt: skip
_SELLERS: Final = (
    "seller", "merchant", "vendor", "business", "company", "nonconsumer", "non consumer", "respondent", "defendant",
    "trader", "shop", "store", "supplier", "firm", "landlord", "insurer",
    "insurance company", "insurance carrier", "bank", "employer", "fornecedor", "empresa", "reclamada", "reclamado",
    "requerido", "vendedor", "proveedor", "demandado", "vendeur", "defendeur", "verkaufer", "beklagter", "卖家",
    "商家", "店铺", "被告", "被申请人", "被投诉人",
    "经营者", "卖方", "商户",
)  # fmt: skip


def _persons(names: tuple[str, ...]) -> tuple[str, ...]:
    english = [f"{name} {what}" for name in names if name.isascii() for what in ("id", "name", "nick", "number", "ref")]
    chinese = [
        name + what for name in names if not name.isascii() for what in ("id", "编号", "昵称", "名称", "姓名", "账号")
    ]
    return (*names, *english, *chinese)


HEADER_WORDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "disputes": {
        "dispute_id": _IDS_OF_DISPUTES,
        "exported_at": (
            "exported at", "export time", "export date", "extract date", "snapshot date", "导出时间", "导出日期",
            "数据日期", "抽取时间",
        ),
        "order_id": (
            "order id", "order number", "order reference", "trade id", "transaction id", "purchase id", "订单编号",
            "订单号", "订单id", "交易号", "交易编号", "交易单号",
        ),
        "opened_at": (
            "opened at", "open date", "date opened", "filing date", "date filed", "filed", "filed on", "file date",
            "submission date", "date submitted", "submitted at", "received date", "date received", "created at",
            "created", "creation date", "create time", "application date", "date of application", "claim date",
            "complaint date", "lodged", "date lodged", "issued", "date issued", "start date", "case opened",
            "data de abertura", "data da distribuicao", "fecha de apertura", "fecha de inicio", "fecha de presentacion",
            "date de depot", "eingangsdatum",
            "申请时间", "申请日期", "立案日期", "立案时间", "受理日期", "受理时间", "起诉日期", "投诉时间", "投诉日期",
            "创建时间", "发起时间", "介入时间", "登记日期", "收案日期", "申请介入时间", "开始时间",
        ),
        "ruled_at": (
            "ruled at", "ruling date", "date of ruling", "decision date", "date of decision", "decided", "decided on",
            "decided at", "judgment date", "judgement date", "date of judgment", "close date", "closed", "closed at",
            "closed date", "date closed", "closing date", "award date", "date of award", "disposition date",
            "resolution date", "resolved at", "determination date", "date of determination", "date disposed",
            "disposed", "decision year", "report year", "judgment year", "data da decisao", "data da sentenca",
            "data do julgamento", "data de encerramento", "fecha de resolucion", "fecha de la decision",
            "fecha de sentencia", "date du jugement", "urteilsdatum", "entscheidungsdatum", "判定时间", "判定日期",
            "裁判日期",
            "裁判时间", "判决日期", "判决时间", "裁决日期", "裁决时间", "裁定日期", "结案日期", "结案时间", "处理时间",
            "完结时间", "关闭时间", "审结日期", "结束时间",
        ),
        "category": (
            "category", "item category", "product category", "goods category", "product type", "item type", "类目",
            "商品类目", "品类", "商品类别", "商品分类", "类别",
        ),
        "claim": (
            "claim", "claim type", "claim reason", "reason", "dispute reason", "dispute type", "complaint type",
            "complaint reason", "issue", "issue type", "type of dispute", "nature of dispute", "nature of claim",
            "cause", "ground", "assunto", "motivo", "motif", "纠纷原因", "申请原因", "维权原因", "退款原因",
            "纠纷类型", "投诉原因", "投诉类型",
            "案由", "诉求", "争议类型", "原因",
        ),
        "item_price_cny": (
            "price", "item price", "product price", "unit price", "purchase price", "order amount", "order value",
            "order total", "sale price", "商品价格", "成交价", "成交金额", "订单金额", "商品金额", "实付金额", "价格",
            "单价", "交易金额", "购买价格",
        ),
        "claimed_cny": (
            "claimed", "claim amount", "amount claimed", "claim value", "amount sought", "amount in dispute",
            "disputed amount", "requested amount", "amount requested", "sum claimed", "claim amount consumer",
            "damages requested", "damages claimed", "damages sought", "relief requested amount",
            "valor da causa", "valor reclamado", "monto reclamado", "importe reclamado", "montant demande",
            "streitwert",
            "申请金额", "申请退款金额", "诉请金额", "主张金额", "涉案金额", "诉讼标的额", "标的额", "争议金额",
            "索赔金额", "诉讼标的",
        ),
        "refunded_cny": (
            "refunded", "refund amount", "amount refunded", "amount awarded", "award amount", "awarded", "sum awarded",
            "award amount consumer", "compensation", "compensation amount", "damages awarded", "valor da condenacao",
            "valor deferido", "valor da indenizacao", "monto concedido", "importe concedido", "montant accorde",
            "退款金额", "实退金额", "判赔金额",
            "赔偿金额", "裁决金额", "判决金额", "支持金额", "退款额",
        ),
        "buyer_id": _persons(_BUYERS),
        "seller_id": _persons(_SELLERS),
        "outcome": (
            "outcome", "result", "decision", "determination", "ruling", "verdict", "disposition", "type disposition",
            "type of disposition", "prevailing party", "winner", "winning party", "in favour of", "in favor of",
            "judgment", "judgement", "resolution", "finding", "final decision", "final outcome", "disposal", "award",
            "company response to consumer",
            "decisao", "resultado", "sentenca", "resultado do julgamento", "desfecho", "fallo", "sentencia",
            "resolucion", "resultat", "ergebnis", "entscheidung",
            "判定结果", "裁判结果", "判决结果", "裁决结果", "处理结果", "结果", "结论", "胜诉方", "裁定结果",
            "仲裁结果", "最终结果", "判决主文", "审理结果", "裁决",
        ),
        "decided_by": (
            "decided by", "decision maker", "decision maker type", "adjudicator type", "tribunal type", "judgment by",
            "判定方", "裁决方", "裁决方式", "审判组织", "处理方式",
        ),
        "decider_id": (
            "decider id", "arbitrator", "arbitrator name", "arbitrator id", "judge", "judge name", "adjudicator",
            "reviewer", "reviewer id", "mediator", "agent id", "agent", "panel", "officer", "case handler",
            "ombudsman", "panelist", "panellist", "tribunal member", "neutral", "juiz", "relator", "juez", "arbitro",
            "juge", "richter",
            "判定人", "判定人id", "审判长", "法官", "仲裁员", "客服id",
            "客服编号", "处理人", "承办人", "审判员", "主审法官", "承办法官",
        ),
        "votes_buyer": ("votes buyer", "votes for buyer", "buyer votes", "支持买家票数", "买家票数", "买家得票"),
        "votes_seller": ("votes seller", "votes for seller", "seller votes", "支持卖家票数", "卖家票数", "卖家得票"),
        "paid_on_platform": (
            "paid on platform", "platform payment", "paid online", "on platform", "平台内付款", "平台付款", "平台交易",
            "是否平台内付款", "线上付款", "平台内交易",
        ),
        "applied_in_window": (
            "applied in window", "applied in time", "in time", "within time limit", "时限内申请", "是否时限内申请",
            "是否在时限内", "按时申请",
        ),
        "negotiated_first": (
            "negotiated first", "negotiated", "prior negotiation", "contacted seller first", "先行协商",
            "是否先行协商", "是否协商", "协商过",
        ),
        "shipped_on_time": (
            "shipped on time", "shipped in time", "on time shipment", "按时发货", "是否按时发货", "准时发货",
        ),
    },
    "evidence": {
        "evidence_id": (
            "evidence id", "evidence number", "exhibit id", "exhibit number", "exhibit", "document id",
            "attachment id", "证据编号", "证据id", "证据号", "附件编号", "材料编号",
        ),
        "dispute_id": _IDS_OF_DISPUTES,
        "party": (
            "party", "side", "submitted by", "provided by", "filed by", "提交方", "举证方", "提供方", "所属方",
            "当事人",
        ),
        "kind": (
            "kind", "evidence type", "evidence kind", "type of evidence", "exhibit type", "document type", "type",
            "证据类型", "证据种类", "证据类别", "材料类型", "类型",
        ),
        "submitted_at": (
            "submitted at", "submission date", "date submitted", "upload time", "uploaded at", "created at",
            "提交时间", "上传时间", "举证时间", "提交日期",
        ),
        "clear": ("clear", "sharp", "legible", "清晰", "是否清晰"),
        "multi_angle": ("multi angle", "several angles", "多角度", "是否多角度"),
        "close_up": ("close up", "特写", "瑕疵特写", "是否特写"),
        "full_process": ("full process", "whole process", "完整过程", "全过程", "是否完整过程"),
        "accredited": ("accredited", "certified issuer", "机构有资质", "有资质", "是否有资质"),
        "admitted": ("admitted", "accepted", "admissible", "是否采纳", "采纳", "被采纳", "是否采信", "采信"),
    },
    "violations": {
        "violation_id": (
            "violation id", "violation number", "breach id", "penalty id", "违规编号", "违规id", "违规单号",
        ),
        "dispute_id": _IDS_OF_DISPUTES,
        "party": ("party", "side", "breaching party", "violator", "违规方", "责任方", "所属方"),
        "rule": (
            "rule", "violation type", "breach type", "violation", "breach", "rule broken", "违规类型", "违规行为",
            "违反规则", "违规原因",
        ),
        "severity": ("severity", "gravity", "level", "严重程度", "违规等级", "严重性", "等级"),
        "substantiated": (
            "substantiated", "proven", "confirmed", "established", "是否属实", "属实", "查证属实", "是否成立",
        ),
        "recorded_at": (
            "recorded at", "record date", "violation time", "date recorded", "created at", "记录时间", "违规时间",
            "认定时间",
        ),
    },
    "messages": {
        "message_id": (
            "message id", "message number", "msg id", "chat id", "post id", "消息编号", "消息id", "聊天编号",
            "发言编号",
        ),
        "dispute_id": (*_IDS_OF_DISPUTES, "conversation id", "thread id", "会话编号"),
        "sender": (
            "sender", "from", "sender role", "role", "speaker", "author", "发送方", "发送人", "发言人", "发言方",
            "发言角色", "角色",
        ),
        "audience": ("audience", "to", "recipient", "recipient role", "receiver", "接收方", "发送对象", "接收人"),
        "sent_at": (
            "sent at", "send time", "sent", "message time", "timestamp", "created at", "time", "发送时间", "发言时间",
            "消息时间", "时间",
        ),
        "text": (
            "text", "content", "message", "message text", "body", "utterance", "内容", "消息内容", "聊天内容",
            "发言内容", "正文",
        ),
    },
    "reputation": {
        "user_id": ("user id", "user", "member id", "account id", "uid", "用户id", "用户编号", "会员id", "会员编号"),
        "as_of": (
            "as of", "snapshot date", "snapshot time", "as of date", "截至时间", "截止时间", "统计日期", "快照时间",
            "截至日期",
        ),
        "credit_score": ("credit score", "zhima score", "sesame credit", "芝麻信用分", "芝麻信用", "芝麻分", "信用分", "信用评分"),  # noqa: E501
        "member_since": (
            "member since", "registered at", "registration date", "joined", "join date", "signup date", "注册日期",
            "注册时间", "加入时间",
        ),
        "completed_trades": (
            "completed trades", "trades", "completed orders", "transactions", "完成交易数", "成交数", "交易次数",
            "成交笔数",
        ),
        "positive_rate": ("positive rate", "positive feedback", "positive share", "rating", "好评率", "好评比例"),
        "claims_90d": ("claims 90d", "claims 90 days", "近90天维权次数", "90天维权次数", "近90天维权"),
        "unjustified_claims_365d": (
            "unjustified claims 365d", "unjustified claims", "近365天无理维权次数", "无理维权次数",
        ),
        "complaints_365d": ("complaints 365d", "complaints", "近365天被投诉次数", "被投诉次数", "投诉次数"),
        "penalties_365d": ("penalties 365d", "penalties", "近365天处罚次数", "处罚次数", "被处罚次数"),
        "counterfeit_penalties_365d": (
            "counterfeit penalties 365d", "counterfeit penalties", "近365天售假处罚次数", "售假处罚次数",
        ),
    },
}  # fmt: skip

#: Headers that may be this column where nothing better is there.
WEAK_WORDS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "disputes": {
        "dispute_id": ("id", "number", "no", "reference", "key", "index", "编号", "序号", "单号"),
        "opened_at": ("date", "time", "日期", "时间", "year opened"),
        "ruled_at": ("year", "date", "time", "年份", "年度", "日期", "时间"),
        "claim": ("type", "subject", "类型"),
        "outcome": ("status", "disposition code", "label", "win", "won", "状态"),
    },
    "evidence": {"evidence_id": ("id", "编号"), "submitted_at": ("date", "time", "日期", "时间")},
    "violations": {"violation_id": ("id", "编号"), "recorded_at": ("date", "time", "日期", "时间")},
    "messages": {"message_id": ("id", "编号"), "sent_at": ("date", "日期")},
    "reputation": {"user_id": ("id", "编号"), "as_of": ("date", "time", "日期", "时间")},
}  # fmt: skip

#: How words of headers are abbreviated.
ABBREVIATIONS: Final[Mapping[str, str]] = {
    "amt": "amount", "amnt": "amount", "no": "number", "nr": "number", "num": "number", "nbr": "number", "#": "number",
    "dt": "date", "cat": "category", "ref": "reference", "txn": "transaction", "cust": "customer", "cnsmr": "consumer",
    "desc": "description", "disp": "disposition", "pct": "percent", "ts": "time", "msg": "message",
    "judgement": "judgment", "favor": "favour", "identifier": "id", "prod": "product", "resp": "respondent",
    "arb": "arbitrator", "typedisposition": "type disposition", "closedate": "close date", "filingdate": "filing date",
    "caseid": "case id", "caseno": "case number", "numero": "number",
}  # fmt: skip

#: Words of headers that tell what somebody is, and not who.
ATTRIBUTE_WORDS: Final = frozenset(
    [
        "type",
        "kind",
        "category",
        "class",
        "segment",
        "status",
        "state",
        "country",
        "city",
        "region",
        "province",
        "zip",
        "age",
        "sex",
        "gender",
        "year",
        "years",
        "since",
        "tenure",
        "count",
        "rating",
        "score",
        "level",
        "size",
        "income",
        "line",
        "represented",
        "experience",
        "tipo",
        "uf",
        "estado",
        "cidade",
        "ciudad",
        "pais",
        "idade",
        "edad",
        "sexo",
        "faixa",
        "ano",
        "anos",
        "pays",
        "ville",
        "alter",
        "land",
    ]
)

#: Words of headers whose numbers are codes.
CODE_WORDS: Final = frozenset({"zip", "zipcode", "postcode", "postal", "code", "cep", "plz", "naics", "sic"})
CODE_WORDS_ZH: Final = ("邮编", "编码", "代码", "邮政")

#: English for words of Chinese headers, for the names of factors.
TRANSLATIONS: Final[Mapping[str, str]] = {
    "律师": "lawyer", "代理": "representation", "地区": "region", "省份": "province", "省": "province", "城市": "city",
    "法院": "court", "年龄": "age", "性别": "gender", "审级": "instance", "审理程序": "procedure", "程序": "procedure",
    "案由": "cause", "行业": "industry", "渠道": "channel", "次数": "count", "数量": "count", "天数": "days",
    "时长": "duration", "年限": "years", "等级": "level", "类型": "type", "金额": "amount", "费用": "fee", "费": "fee",
    "原告": "plaintiff", "被告": "defendant", "买家": "buyer", "卖家": "seller", "商家": "merchant",
    "平台": "platform", "类目": "category", "品牌": "brand", "方式": "mode", "缺席": "absent", "标的": "claim_value",
    "涉诉": "past_cases", "人数": "people", "评分": "score", "级别": "level", "当事人": "party", "合同": "contract",
    "审判": "trial", "人": "person",
}  # fmt: skip

#: Words of headers whose column follows from the ruling; what follows cannot explain.
RESULT_WORDS: Final = (
    "award", "awarded", "refund", "compensation", "judgment", "judgement", "ruling", "fee allocation", "allocation",
    "settlement", "disposition", "outcome", "result", "appeal", "enforcement", "closed", "appealed", "判赔", "赔偿",
    "退款", "判决", "裁决", "裁判", "结果", "结案", "上诉", "执行", "胜诉", "败诉",
)  # fmt: skip
