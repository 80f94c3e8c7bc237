import { describe, expect, it } from '@jest/globals';
import { audioSeconds, BYTES_PER_SECOND, frames, generatedAudio } from './audio.js';

describe('generatedAudio', () => {
  it('gives the same bytes for the same call, and others for every other call and second', () => {
    const audio = generatedAudio('TX01-1', 3);
    expect(audio.length).toBe(3 * BYTES_PER_SECOND);
    expect(generatedAudio('TX01-1', 3).equals(audio)).toBe(true);
    expect(generatedAudio('TX01-2', 3).equals(audio)).toBe(false);
    const seconds = [0, 1, 2].map((n) => audio.subarray(n * BYTES_PER_SECOND, (n + 1) * BYTES_PER_SECOND));
    expect(seconds[0]?.equals(seconds[1] as Buffer)).toBe(false);
    expect(generatedAudio('TX01-1', 2).equals(audio.subarray(0, 2 * BYTES_PER_SECOND))).toBe(true);
  });

  it('is sound, not a constant: it swings to both sides of silence', () => {
    const audio = generatedAudio('TX01-1', 1);
    const positive = audio.filter((byte) => byte >= 0x80).length;
    expect(positive).toBeGreaterThan(3_000);
    expect(positive).toBeLessThan(5_000);
    expect(new Set(audio).size).toBeGreaterThan(100);
  });

  it('comes in frames of 20 ms that add up to the whole', () => {
    const audio = generatedAudio('TX01-1', 2);
    const sent = [...frames(audio)];
    expect(sent.length).toBe(100);
    expect(Buffer.concat(sent).equals(audio)).toBe(true);
  });
});

describe('audioSeconds', () => {
  it('is two seconds, and the real length for about one call in 500', () => {
    const real = Array.from({ length: 20_000 }, (_, n) => audioSeconds(`call-${n}`, 300)).filter((s) => s === 300);
    expect(real.length).toBeGreaterThan(15);
    expect(real.length).toBeLessThan(75);
    expect(audioSeconds('call-1', 300)).toBe(audioSeconds('call-1', 300));
  });
});
