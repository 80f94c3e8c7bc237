import { describe } from '@jest/globals';
import { hasJava } from './java.js';

/** Plays what must hold on either stream on both; on Kafka where it can run here. */
export function onEachStream(what: string, play: (stream: 'kafka' | 'feed') => void): void {
  (hasJava ? describe : describe.skip)(`${what}, over kafka`, () => play('kafka'));
  describe(`${what}, over feed`, () => play('feed'));
}
