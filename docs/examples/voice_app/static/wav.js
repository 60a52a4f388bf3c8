// WAV files, made in the page.

/** Makes a WAV file of 16 bit samples: `pieces` are Int16Arrays. */
export function wavOf(pieces, sampleRate) {
  const size = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  const head = new DataView(new ArrayBuffer(44));
  const text = (at, name) => [...name].forEach((letter, i) => head.setUint8(at + i, letter.charCodeAt(0)));
  text(0, "RIFF");
  head.setUint32(4, 36 + size, true);
  text(8, "WAVEfmt ");
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true); // PCM
  head.setUint16(22, 1, true); // one channel
  head.setUint32(24, sampleRate, true);
  head.setUint32(28, sampleRate * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, "data");
  head.setUint32(40, size, true);
  return new Blob([head, ...pieces], { type: "audio/wav" });
}

/** Gives samples from -1 to 1 as 16 bit. */
export function sixteenBit(samples) {
  return Int16Array.from(samples, (value) => Math.max(-1, Math.min(1, value)) * 32767);
}
