// Reads server-sent events off an answer: `for await (const event of eventsOf(answer)) …`.

/** Gives the documents of an answer's events, one by one, as they come. */
export async function* eventsOf(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      text += value;
      let end;
      while ((end = text.indexOf("\n\n")) >= 0) {
        const frame = text.slice(0, end);
        text = text.slice(end + 2);
        const data = frame.split("\n").filter((line) => line.startsWith("data: "));
        if (data.length) yield JSON.parse(data.map((line) => line.slice(6)).join("\n"));
      }
    }
  } finally {
    await reader.cancel();
  }
}

/** Gives the bytes that a base64 text stands for. */
export function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Raises what an answer says is wrong, if it does. */
export async function checked(answer) {
  if (answer.ok) return answer;
  const told = await answer.json().catch(() => ({}));
  const wait = Number(answer.headers.get("Retry-After"));
  throw new Error(message(told.detail) + (wait > 0 ? ` Try again in ${wait} s.` : ""));
}

function message(detail) {
  if (typeof detail === "string") return detail;
  return Array.isArray(detail) && detail[0]?.msg ? detail[0].msg : "Something went wrong.";
}
