// Plays 16 bit samples from the first one on, while the rest is still coming.

import { wavOf } from "./wav.js";

const LEAD = 0.08; // seconds that are kept ready, so that no piece comes too late

/** How an analyser listens to a voice. */
export const HEARING = { fftSize: 256, smoothingTimeConstant: 0.7, minDecibels: -85, maxDecibels: -12 };

export class Player {
  #context;
  #next = 0; // when the next piece is due, in the context's time
  #runs = []; // where playing began, and began again after a pause: { at, from }
  #odd = new Uint8Array(); // half a sample
  #pieces = [];
  #samples = 0;
  #sources = new Set();
  #ended = false;
  #finish;

  /** Made in a click, it may sound; the rate is that of the samples, so that no piece is resampled by itself. */
  constructor(sampleRate) {
    this.sampleRate = sampleRate;
    this.#context = new AudioContext({ sampleRate });
    this.analyser = new AnalyserNode(this.#context, HEARING);
    this.analyser.connect(this.#context.destination);
    this.finished = new Promise((resolve) => (this.#finish = resolve));
    this.#context.resume();
  }

  /** Takes bytes, cut anywhere. */
  push(bytes) {
    const all = new Uint8Array(this.#odd.length + bytes.length);
    all.set(this.#odd);
    all.set(bytes, this.#odd.length);
    const whole = all.length - (all.length % 2);
    this.#odd = all.slice(whole);
    const samples = new Int16Array(all.buffer, 0, whole / 2);
    if (samples.length) this.#schedule(samples);
  }

  #schedule(samples) {
    const buffer = new AudioBuffer({ length: samples.length, sampleRate: this.sampleRate });
    buffer.copyToChannel(Float32Array.from(samples, (value) => value / 32768), 0);
    const now = this.#context.currentTime;
    if (this.#next < now + LEAD / 4) {
      this.#next = now + LEAD;
      this.#runs.push({ at: this.#next, from: this.#samples / this.sampleRate });
    }
    const source = new AudioBufferSourceNode(this.#context, { buffer });
    source.connect(this.analyser);
    source.onended = () => {
      this.#sources.delete(source);
      this.#look();
    };
    this.#sources.add(source);
    source.start(this.#next);
    this.#next += buffer.duration;
    this.#samples += samples.length;
    this.#pieces.push(samples);
  }

  /** Which second of the audio is heard now; below 0 before the first. */
  get position() {
    const now = this.#context.currentTime - (this.#context.outputLatency || 0);
    const run = this.#runs.findLast(({ at }) => at <= now);
    return run ? Math.min(run.from + now - run.at, this.#samples / this.sampleRate) : -1;
  }

  /** Learns that all has come. */
  end() {
    this.#ended = true;
    this.#look();
  }

  /** Is silent at once. */
  stop() {
    this.#sources.forEach((source) => source.stop());
    this.#ended = true;
    this.#sources.clear();
    this.#look();
  }

  #look() {
    if (!this.#ended || this.#sources.size || this.#context.state === "closed") return;
    this.#context.close();
    this.#finish();
  }

  /** All that has come, as a WAV file. */
  wav() {
    return wavOf(this.#pieces, this.sampleRate);
  }
}

/** Draws what an analyser hears, for as long as `going()` says so. */
export function draw(canvas, analyser, going) {
  const pen = canvas.getContext("2d");
  const levels = new Uint8Array(analyser.frequencyBinCount);
  const bars = 48;
  const frame = () => {
    const on = going();
    analyser.getByteFrequencyData(levels);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.fillStyle = getComputedStyle(canvas).color;
    const step = canvas.width / bars;
    for (let bar = 0; bar < bars; bar++) {
      // From the middle to both sides, low tones first.
      const level = on ? levels[Math.abs(bar - bars / 2 + 0.5) | 0] / 255 : 0;
      const height = Math.max(4, level * canvas.height);
      pen.globalAlpha = 0.25 + 0.75 * level;
      pen.beginPath();
      pen.roundRect(bar * step + step / 4, (canvas.height - height) / 2, step / 2, height, step / 4);
      pen.fill();
    }
    if (on) requestAnimationFrame(frame);
  };
  frame();
}
