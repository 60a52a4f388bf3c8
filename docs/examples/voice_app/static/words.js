// Lights words up when they are said.

const BREATH = 0.4; // seconds between two words in which the first stays lit, so that nothing flickers

export class Words {
  #element;
  #rest; // the text whose times have not come
  #spans = []; // { span, start, end }

  constructor(element, text) {
    this.#element = element;
    this.#rest = document.createTextNode(text);
    element.replaceChildren(this.#rest);
    element.hidden = false;
  }

  /** Learns when more words are said. */
  learn({ words, start, end }) {
    words.forEach((word, i) => {
      const at = this.#rest.data.toLowerCase().indexOf(word.toLowerCase());
      if (at < 0) return; // it is said otherwise than it is written
      const span = document.createElement("span");
      const found = this.#rest.splitText(at);
      this.#rest = found.splitText(word.length);
      span.append(found);
      this.#element.insertBefore(span, this.#rest);
      this.#spans.push({ span, start: start[i], end: end[i] });
    });
  }

  /** Shows that nothing is being said. */
  dim() {
    for (const { span } of this.#spans) span.classList.remove("now");
  }

  /** Shows what is said at a position, in seconds. */
  light(position) {
    this.#spans.forEach(({ span, start, end }, i) => {
      const next = this.#spans[i + 1]?.start ?? end;
      span.classList.toggle("said", start <= position);
      span.classList.toggle("now", start <= position && position < (next - end < BREATH ? next : end));
    });
  }
}
