"""How others call the values of enumerations, in English and Chinese; own work.

Each entry is a regular expression over a value in small letters (Traditional characters as simplified ones); the first
that is found decides. What an outcome means for whom is told by `outcomes`.
"""

from collections.abc import Mapping
from typing import Final

#: Words for the two sides, whoever they are called in court.
BUYER: Final = (
    r"\b(?:buyer|consumer|customer|claimant|complainant|plaintiff|applicant|petitioner|purchaser|tenant|patient|insured"
    r"|policy ?holder|employee|individual)s?\b"
    r"|(?<!被)(?:买家|买方|消费者|原告|申请人|投诉人|申诉人|顾客)"
)
SELLER: Final = (
    r"\b(?:seller|business|merchant|respondent|defendant|company|vendor|trader|non-?\s?consumer|landlord|insurer"
    r"|supplier|employer|health plan|provider|firm|bank)(?:s|es)?\b"
    r"|卖家|卖方|商家|被告|被申请人|被投诉人|被申诉人|经营者|店铺"
)
_AGENT: Final = r"\bagents?\b|customer service|\bsupport\b|\bstaff\b|mediator|客服|小二|调解员"

VALUE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "party": {"seller": SELLER, "buyer": BUYER},
    "sender": {"agent": _AGENT, "system": r"\bsystem\b|\bbot\b|automat|系统|机器人", "seller": SELLER, "buyer": BUYER},
    "audience": {"agent": _AGENT, "counterparty": rf"counter ?party|other (?:side|party)|对方|{SELLER}|{BUYER}"},
    "decided_by": {"jury": r"\bjury\b|\bpanel\b|juror|crowd|陪审|评审团|小法庭|大众评审|合议庭",
                   "agent": rf"{_AGENT}|\bjudge\b|arbitrator|adjudicator|officer|独任|仲裁员|法官|人工"},
    "category": {
        "mother_baby": r"\bbab(?:y|ies)\b|maternity|infant|母婴|童装|奶粉|婴",
        "virtual": r"virtual|digital goods|gift ?card|top-?up|game account|software|虚拟|点卡|账号|充值|卡券|游戏币",
        "vehicles": r"\bcars?\b|vehicle|motor|automo|车辆|汽车|摩托|电动车|二手车",
        "books_media": r"\bbooks?\b|\bmedia\b|\bmusic\b|\bdvds?\b|图书|书籍|音像|教材",
        "toys_hobby": r"\btoys?\b|hobb|instrument|collectib|玩具|乐器|手办|模型|收藏",
        "sports": r"\bsports?\b|outdoor|fitness|bicycle|运动|户外|健身|自行车",
        "luxury": r"luxur|handbag|jewel|watches|奢侈|箱包|腕表|手表|珠宝|名包",
        "beauty": r"beauty|cosmetic|skin ?care|perfume|美妆|护肤|化妆|香水",
        "appliances": r"applianc|white goods|家电|电器|冰箱|洗衣机|空调",
        "digital_3c": r"electronic|phone|mobile|computer|laptop|tablet|camera|digital|\b3c\b"
                      r"|数码|手机|电脑|相机|平板|耳机",
        "apparel": r"apparel|cloth|fashion|shoe|footwear|garment|服饰|服装|女装|男装|鞋",
        "home": r"\bhomes?\b|furnitur|household|kitchen|garden|家居|家具|家纺|日用|家装",
        "other": r"^other|^misc|其他|其它",
    },
    "claim": {
        "counterfeit": r"counterfeit|\bfakes?\b|replica|authentic|假货|假冒|仿品|高仿|真伪|非正品",
        "damaged_in_transit": r"transit|shipping damage|damaged|broken on arrival|运输|破损|物流损|碎",
        "missing_parts": r"missing|incomplete|short(?:age| delivery)|少件|缺件|漏发|少发|缺少",
        "not_received": r"not (?:been )?received|non-?\s?(?:delivery|receipt)|undelivered|never (?:arrived|came)"
                        r"|not delivered|未收到|没收到|没有收到|未发货|未到货",
        "changed_mind": r"chang\w* (?:of )?mind|no longer (?:wanted|needed)|unwanted|不想要|无理由|拍错|不喜欢|后悔",
        "functional_fault": r"fault|defect|malfunction|not work|broken|故障|质量问题|功能|坏|无法使用",
        "not_as_described": r"not as descri|mis-?\s?descri|misrepresent|differs? from|wrong item"
                            r"|描述不符|不符|货不对板|不一致",
    },
    "evidence_kind": {
        "inspection_report": r"inspection|expert report|test report|apprais|检测|鉴定|质检",
        "pre_shipment_record": r"pre-?\s?ship|before ship|packing|发货前|打包",
        "negotiation_record": r"negotiat|协商",
        "listing_snapshot": r"listing|advert|product page|description|商品描述|商品详情|详情页",
        "purchase_proof": r"invoice|receipt|proof of purchase|warranty|凭证|发票|小票|购买记录|保修",
        "chat_record": r"chat|conversation|message|correspondence|e-?mails?|聊天|对话|沟通记录",
        "video": r"video|footage|视频|录像",
        "photo": r"photo|picture|image|screenshot|照片|图片|实拍|截图",
    },
    "rule": {
        "counterfeit_sale": r"counterfeit|\bfakes?\b|售假|假货|假冒",
        "off_platform_deal": r"off-?\s?(?:platform|site)|outside the platform|私下|线下交易|站外|脱离平台",
        "late_shipment": r"late|delay|延迟|逾期发货|超时发货|未按时",
        "refused_after_sales": r"refus|after-?\s?sales|拒绝售后|拒不|售后",
        "malicious_return": r"malicious|abus\w* return|恶意",
        "deliberate_damage": r"deliberat|intentional|故意损坏|人为损坏",
        "item_swap": r"swap|switch|调包|掉包|换货欺诈",
        "concealed_defect": r"conceal|hid(?:den|ing)|undisclosed|隐瞒|瑕疵未",
        "false_description": r"false|mislead|misrepresent|虚假|夸大|不实",
    },
    "severity": {
        "severe": r"severe|serious|critical|grave|\bhigh\b|严重|重大|特别",
        "minor": r"minor|slight|\blow\b|light|轻微|较轻|轻度",
        "major": r"major|medium|moderate|一般|中等|普通",
    },
}  # fmt: skip

#: Words for yes and no beyond those that are read without a profile.
YES_WORDS: Final = (
    r"^(?:通过|采纳|清晰|属实|成立|满足|符合|准时|按时|accepted|ok|passed|met|on time|in time|positive|present|on)$|^已"
)
NO_WORDS: Final = r"^(?:未|不|非|没)|^(?:not |un|in(?:valid|admissible)|reject|late$|absent|negative|off$|failed)"
#: Values that say that nothing was recorded, where they are not already known for that.
ABSENT_WORDS: Final = (
    r"^(?:[-–—*?.]+|/|unknown|not (?:known|available|recorded|stated|provided|given|applicable)|n\.a\.?|tbc|tbd"
    r"|none given|unspecified|missing|blank|不详|未知|未填|空|暂无|无数据|缺失|不适用|未提供|未记录)$"
)
