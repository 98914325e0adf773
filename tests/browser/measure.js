// Measures the text of a page: which texts lie over each other, and which are cut or out of reach.
() => {
  const INK = 0.6; // share of a line's height that letters fill: boxes of fonts reach further than their ink
  const SLACK = 1; // pixels by which rounding may be out

  const clips = (style) => /hidden|clip/.test(style.overflowX) || /hidden|clip/.test(style.overflowY);
  const scrolls = (style) => /auto|scroll/.test(style.overflowX);
  const isForReadersOnly = (style) => style.clipPath !== "none" || style.clip !== "auto";

  // The nearest ancestors that bound a text: what clips it, what it scrolls in, and whether it is shown at all.
  const boundsOf = (element) => {
    const bounds = { clip: null, scroll: null, hidden: false };
    for (let at = element; at && at !== document.documentElement; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (isForReadersOnly(style)) bounds.hidden = true;
      if (at.tagName === "svg" && !bounds.clip) bounds.clip = at;
      if (at.tagName !== "svg" && !(at instanceof SVGElement)) {
        if (scrolls(style) && !bounds.scroll) bounds.scroll = at;
        else if (clips(style) && !bounds.clip && !bounds.scroll) bounds.clip = at;
      }
    }
    return bounds;
  };

  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || /^(SCRIPT|STYLE|TITLE|DESC)$/i.test(parent.tagName)) continue;
    if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const bounds = boundsOf(parent);
    if (bounds.hidden) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 0 && box.height > 0) texts.push({ node, box, ...bounds });
    }
  }

  const inkOf = ({ box, scroll }) => {
    const spare = (box.height * (1 - INK)) / 2;
    const around = scroll ? scroll.getBoundingClientRect() : { left: -Infinity, right: Infinity };
    return {
      left: Math.max(box.left, around.left) + SLACK, right: Math.min(box.right, around.right) - SLACK,
      top: box.top + spare, bottom: box.bottom - spare,
    };
  };
  const sample = (text) => text.node.data.trim().slice(0, 60);

  const inked = texts.map((text) => ({ text, ink: inkOf(text) })).filter(({ ink }) => ink.right > ink.left);
  inked.sort((a, b) => a.ink.top - b.ink.top);
  const overlaps = [];
  inked.forEach(({ text, ink }, place) => {
    for (let next = place + 1; next < inked.length && inked[next].ink.top < ink.bottom; next += 1) {
      const other = inked[next];
      if (other.text.node !== text.node && other.ink.left < ink.right && ink.left < other.ink.right) {
        overlaps.push(`${sample(text)} | ${sample(other.text)}`);
      }
    }
  });

  const isWithin = (box, around) =>
    box.left >= around.left - SLACK && box.right <= around.right + SLACK &&
    box.top + box.height * (1 - INK) / 2 >= around.top - SLACK &&
    box.bottom - box.height * (1 - INK) / 2 <= around.bottom + SLACK;
  const width = document.documentElement.clientWidth;
  const cut = texts.filter(({ box, clip, scroll }) => {
    if (clip && !isWithin(box, clip.getBoundingClientRect())) return true;
    if (scroll) return box.left < scroll.getBoundingClientRect().left - scroll.scrollLeft - SLACK;
    return box.left < -SLACK || box.right > width + SLACK;
  }).map(sample);

  return {
    texts: texts.length, overlaps, cut,
    smallest: Math.min(...texts.map(({ box }) => box.height)),
    overflow: document.documentElement.scrollWidth - width,
  };
}
