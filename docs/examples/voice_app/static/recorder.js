// Records the microphone as a WAV file: what a browser's own recorder makes, WebM, is not read everywhere.

import { HEARING } from "./player.js";
import { sixteenBit, wavOf } from "./wav.js";

export class Recorder {
  #stream;
  #context;
  #pieces = [];

  /** Asks for the microphone, and begins. */
  static async start() {
    const recorder = new Recorder();
    recorder.#stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    try {
      recorder.#context = new AudioContext();
      await recorder.#context.audioWorklet.addModule("recorder-worklet.js");
      const node = new AudioWorkletNode(recorder.#context, "recorder");
      node.port.onmessage = ({ data }) => recorder.#pieces.push(sixteenBit(data));
      recorder.analyser = new AnalyserNode(recorder.#context, HEARING);
      const source = recorder.#context.createMediaStreamSource(recorder.#stream);
      source.connect(recorder.analyser).connect(node);
      node.connect(recorder.#context.destination); // it gives silence, but is not run without
    } catch (error) {
      recorder.#release();
      throw error;
    }
    return recorder;
  }

  /** Seconds so far. */
  get seconds() {
    return this.#context.currentTime;
  }

  /** Ends, and gives the recording. */
  stop() {
    const { sampleRate } = this.#context;
    this.#release();
    return new File([wavOf(this.#pieces, sampleRate)], "recording.wav", { type: "audio/wav" });
  }

  #release() {
    this.#stream.getTracks().forEach((track) => track.stop());
    this.#context?.close();
  }
}
