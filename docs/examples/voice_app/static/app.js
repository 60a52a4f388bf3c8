// The page: what is pressed, and what is shown of it.

import { bytesOf, checked, eventsOf } from "./events.js";
import { draw, Player } from "./player.js";
import { Recorder } from "./recorder.js";
import { Words } from "./words.js";

const at = (id) => document.getElementById(id);
const RATE = 24000; // what the app sends; should it ever send another, that is played

/** What is going on; starting something stops whatever was. */
let current = null;

class Activity {
  #ending = new AbortController();

  constructor(name) {
    this.name = name;
    current?.stop();
    current = this;
    this.signal = this.#ending.signal;
    this.player = new Player(RATE);
    at(`${name}-result`).hidden = true;
    complain(name, "");
    at(`${name}-stop`).disabled = false;
  }

  /** Plays at another rate, if need be, and shows what is heard. */
  begin(rate) {
    if (rate !== this.player.sampleRate) {
      this.player.stop();
      this.player = new Player(rate);
    }
    draw(at(`${this.name}-meter`), this.player.analyser, () => current === this);
  }

  stop() {
    this.#ending.abort();
    this.player.stop();
    this.done("Stopped.");
  }

  /** Waits until all was heard, and lets it be heard again. */
  async finish() {
    this.player.end();
    await this.player.finished;
    if (this.signal.aborted) return;
    show(at(`${this.name}-result`), this.player.wav());
    this.done("Done.");
  }

  fail(error) {
    if (this.signal.aborted) return;
    this.player.stop();
    this.done("");
    complain(this.name, error.message);
  }

  done(status) {
    if (current !== this) return;
    current = null;
    at(`${this.name}-stop`).disabled = true;
    tell(this.name, status);
  }
}

function tell(name, status) {
  at(`${name}-status`).textContent = status;
}

function complain(name, text) {
  at(`${name}-error`).textContent = text;
  at(`${name}-error`).hidden = !text;
}

function show(element, file) {
  const audio = element.querySelector("audio");
  URL.revokeObjectURL(audio.src);
  audio.src = URL.createObjectURL(file);
  const link = element.querySelector("a");
  if (link) link.href = audio.src;
  element.hidden = false;
}

async function speak(event) {
  event.preventDefault();
  const text = at("text").value.trim();
  const activity = new Activity("say");
  const words = new Words(at("words"), text);
  const follow = () => {
    words.light(activity.player.position);
    if (current === activity) requestAnimationFrame(follow);
    else words.dim();
  };
  tell("say", "Waiting for the first word…");
  try {
    const answer = await fetch("speech", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ text, voice: at("voice").value }),
      signal: activity.signal,
    });
    for await (const told of eventsOf(await checked(answer))) {
      if (told.type === "start") {
        activity.begin(told.output_format.sample_rate);
        tell("say", "Speaking…");
        follow();
      } else if (told.type === "chunk") activity.player.push(bytesOf(told.data));
      else if (told.type === "timestamps") words.learn(told.word_timestamps);
      else if (told.type === "error") throw new Error(told.detail);
    }
    await activity.finish();
  } catch (error) {
    activity.fail(error);
  }
}

let clip = null;

async function change(file) {
  clip = file;
  at("again").disabled = false;
  show(at("original"), file);
  const activity = new Activity("change");
  tell("change", "Listening to the clip…");
  const body = new FormData();
  body.append("clip", file);
  body.append("voice", at("voice").value);
  try {
    const answer = await checked(await fetch("changed", { method: "POST", body, signal: activity.signal }));
    const rate = Number(/rate=(\d+)/.exec(answer.headers.get("Content-Type"))?.[1] ?? RATE);
    activity.begin(rate);
    tell("change", "Playing…");
    const reader = answer.body.getReader();
    for (let piece; !(piece = await reader.read()).done; ) activity.player.push(piece.value);
    await activity.finish();
  } catch (error) {
    activity.fail(error);
  }
}

let recorder = null;

function endRecording() {
  const file = recorder.stop();
  recorder = null;
  at("record").textContent = "Record";
  at("record").setAttribute("aria-pressed", "false");
  return file;
}

async function record() {
  const button = at("record");
  if (recorder) {
    change(endRecording());
    return;
  }
  current?.stop();
  complain("change", "");
  button.disabled = true;
  try {
    const begun = await Recorder.start();
    recorder = begun;
    button.textContent = "End recording";
    button.setAttribute("aria-pressed", "true");
    tell("change", "Recording…");
    draw(at("change-meter"), begun.analyser, () => recorder === begun);
  } catch {
    complain("change", "The microphone cannot be used. Choose a clip instead.");
  } finally {
    button.disabled = false;
  }
}

async function listVoices() {
  const list = at("voice");
  const describe = () => {
    at("voice-about").textContent = list.selectedOptions[0]?.dataset.about ?? "";
  };
  try {
    const voices = await (await checked(await fetch("voices"))).json();
    list.replaceChildren(
      ...voices.map(({ id, name, description }) => {
        const option = new Option(name, id);
        option.dataset.about = description;
        return option;
      }),
    );
    list.onchange = describe;
    describe();
    list.disabled = at("speak").disabled = false;
  } catch (error) {
    list.replaceChildren(new Option("No voices"));
    complain("say", error.message);
  }
}

at("say").addEventListener("submit", speak);
at("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) at("say").requestSubmit();
});
at("record").addEventListener("click", record);
at("again").addEventListener("click", () => change(clip));
at("clip").addEventListener("change", ({ target }) => {
  const [file] = target.files;
  target.value = ""; // so that the same clip can be chosen again
  if (file) change(file);
});
for (const [kind, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  at("drop").addEventListener(kind, () => at("drop").classList.toggle("over", over));
}
// What falls beside the field must not take the page away.
for (const kind of ["dragover", "drop"]) {
  window.addEventListener(kind, (event) => event.target.id !== "clip" && event.preventDefault());
}
// A page that is left may be kept for the way back, with all that it has under way: it would be spoken to nobody.
window.addEventListener("pagehide", () => {
  current?.stop();
  if (recorder) endRecording();
});
for (const name of ["say", "change"]) {
  at(`${name}-stop`).addEventListener("click", () => current?.stop());
  draw(at(`${name}-meter`), { frequencyBinCount: 0, getByteFrequencyData() {} }, () => false);
}
listVoices();
