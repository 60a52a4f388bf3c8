// Hands on what the microphone hears, a few thousandths of a second at a time.

class Recorder extends AudioWorkletProcessor {
  process([input]) {
    if (input[0]?.length) this.port.postMessage(input[0].slice());
    return true;
  }
}

registerProcessor("recorder", Recorder);
