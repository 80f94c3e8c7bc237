import { createCipheriv, createHash } from 'node:crypto';

/** G.711 at 8 kHz: one byte a sample, 20 ms a frame. */
export const BYTES_PER_SECOND = 8000;
export const FRAME_BYTES = 160;

const SHORT_SECONDS = 2;
/** One call in this many sounds as long as it did. */
const REAL_LENGTH_ONE_IN = 500;

/** How long the audio of a played call is: two seconds, or its real length for one in 500, told by its id. */
export function audioSeconds(callId: string, realSeconds: number): number {
  if (digestOf(callId).readUInt32BE(28) % REAL_LENGTH_ONE_IN !== 0) return SHORT_SECONDS;
  return Math.max(1, Math.floor(realSeconds));
}

/**
 * The generated audio of a call, mu-law: two tones and noise of its own, so that no two calls, and no two seconds of a
 * call, sound alike. The same id gives the same bytes for ever, so what was recorded can be compared without being kept.
 */
export function generatedAudio(callId: string, seconds: number): Buffer {
  const digest = digestOf(callId);
  const [low, high] = [200 + (digest.readUInt16BE(16) % 600), 900 + (digest.readUInt16BE(18) % 900)];
  const noise = createCipheriv('aes-128-ctr', digest.subarray(0, 16), Buffer.alloc(16));
  const audio = noise.update(Buffer.alloc(seconds * BYTES_PER_SECOND));
  let lowPhase = 0;
  let highPhase = 0;
  for (let at = 0; at < audio.length; at++) {
    lowPhase = (lowPhase + low) % BYTES_PER_SECOND;
    highPhase = (highPhase + high) % BYTES_PER_SECOND;
    const hiss = (audio[at] as number) - 128;
    audio[at] = MU_LAW[(SINE[lowPhase] as number) + (SINE[highPhase] as number) + (hiss << 2) + 32_768] as number;
  }
  return audio;
}

/** The audio as a telephone sends it, frame by frame. */
export function* frames(audio: Buffer): Generator<Buffer> {
  for (let at = 0; at < audio.length; at += FRAME_BYTES) yield audio.subarray(at, at + FRAME_BYTES);
}

function digestOf(callId: string): Buffer {
  return createHash('sha256').update(callId).digest();
}

const SINE = Int16Array.from({ length: BYTES_PER_SECOND }, (_, at) =>
  Math.round(8_000 * Math.sin((2 * Math.PI * at) / BYTES_PER_SECOND)),
);

/** ITU-T G.711: 16-bit linear plus 32768 to mu-law. */
const MU_LAW = Uint8Array.from({ length: 65_536 }, (_, at) => muLaw(at - 32_768));

function muLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  const exponent = 31 - Math.clz32(magnitude) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}
