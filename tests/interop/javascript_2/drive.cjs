// Drives the official JavaScript package through its calls and prints what came, as JSON with audio in base64.
// Usage: node drive.cjs BASE_URL CLIP API_VERSION VOICE TEXT
"use strict";
const fs = require("node:fs");
const { CartesiaClient } = require("@cartesia/cartesia-js");
const { version: release } = require("@cartesia/cartesia-js/package.json");

const [baseUrl, clipPath, cartesiaVersion, voice, text] = process.argv.slice(2);
// Some calls of earlier releases look at `environment` alone.
const client = new CartesiaClient({ apiKey: "k", baseUrl, environment: baseUrl, cartesiaVersion });
const once = { maxRetries: 0 };
const clip = () => fs.createReadStream(clipPath);

async function whole(body) {
    if (Buffer.isBuffer(body)) return body.toString("base64");
    if (body instanceof ArrayBuffer) return Buffer.from(body).toString("base64");
    const chunks = [];
    for await (const chunk of body) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks).toString("base64");
}

async function all(stream) {
    const events = [];
    for await (const event of stream) events.push(event);
    return events;
}

async function failure(call) {
    try {
        await call();
        return null;
    } catch (error) {
        return { name: error.constructor.name, statusCode: error.statusCode, body: error.body };
    }
}

const spoken = (outputFormat, id = voice) => ({
    modelId: "sonic-2",
    transcript: text,
    voice: { mode: "id", id },
    outputFormat,
});
const raw = { container: "raw", encoding: "pcm_s16le", sampleRate: 24000 };
const wav = { container: "wav", encoding: "pcm_f32le", sampleRate: 44100 };
const changed = (container) => ({
    voiceId: voice,
    outputFormatContainer: container,
    outputFormatSampleRate: 22050,
    outputFormatEncoding: "pcm_s16le",
});

async function speech() {
    return {
        raw: await whole(await client.tts.bytes(spoken(raw), once)),
        wav: await whole(await client.tts.bytes(spoken(wav), once)),
        events: await all(await client.tts.sse({ ...spoken(raw), addTimestamps: true }, once)),
        refused: await failure(() => client.tts.bytes({ ...spoken(raw), transcript: "..." }, once)),
    };
}

async function voiceChanger() {
    return {
        wav: await whole(await client.voiceChanger.bytes(clip(), changed("wav"), once)),
        events: await all(await client.voiceChanger.sse(clip(), changed("raw"), once)),
    };
}

async function voices() {
    const listed = await client.voices.list(once);
    const found = { count: (listed.data ?? listed).length, one: await client.voices.get(voice, once) };
    const request = { name: "Me", description: "Cloned", language: "en", mode: "similarity", enhance: true };
    const clone = await client.voices.clone(clip(), request, once);
    const said = await whole(await client.tts.bytes(spoken(raw, clone.id), once));
    const update = await client.voices.update(clone.id, { name: "You", description: "Better" }, once);
    const again = await client.voices.get(clone.id, once);
    await client.voices.delete(clone.id, once);
    const gone = await failure(() => client.voices.get(clone.id, once));
    return { ...found, clone, said, update, again, gone };
}

async function embeddings() {
    const parts = { voices: [{ id: voice, weight: 0.5 }, { id: voice, weight: 0.5 }] };
    const { embedding } = await client.voices.mix(parts, once);
    const created = await client.voices.create({ name: "Mine", description: "", embedding, language: "en" }, once);
    const target = { language: "es", originalSpeakerGender: "female", dialect: "pe" };
    const by = release >= "2.2" ? { voiceId: voice, name: "Sara", description: "" } : { embedding };
    return { embedding, created, localized: await client.voices.localize({ ...target, ...by }, once) };
}

async function datasets() {
    if (release >= "2.2") return null; // these releases have none
    const dataset = await client.datasets.create({ name: "Mine" }, once);
    await client.datasets.uploadFile(clip(), dataset.id, { purpose: "fine_tune" }, once);
    const listed = await client.datasets.list(once);
    return { dataset, listed, files: await client.datasets.listFiles(dataset.id, once) };
}

async function main() {
    const status = await client.apiStatus.get(once);
    const done = { release, status, speech: await speech(), voiceChanger: await voiceChanger() };
    // Later versions than the one that this package speaks by itself list voices in pages, which it does not read.
    if (cartesiaVersion === "2024-06-10") {
        Object.assign(done, { voices: await voices(), embeddings: await embeddings(), datasets: await datasets() });
    }
    process.stdout.write(JSON.stringify(done));
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
