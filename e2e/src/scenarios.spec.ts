import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifyTlogProof } from '@privity/transparency-log';
import { audio, FRIEND, Jail, SLOW_LAWYER, untilStopped } from './jail.js';
import { importList } from './lists.js';
import { allEvents, eventually } from './stream.js';

const ROLL_LAWYER = '212-555-0110';

// incidents.md: what went wrong elsewhere, played through the public port against real services, PostgreSQL and stream.
describe('scenarios', () => {
  let jail: Jail;
  beforeAll(async () => {
    jail = await Jail.start();
    await importList(jail.registrar, 'bar-roll', [`NY,1,Counsel,Carol,aCTIVe,,${ROLL_LAWYER},,,01/01/2001`]);
    await jail.recordable(FRIEND);
  }, 180_000);

  afterAll(async () => {
    expect(await jail.privity.stop()).toBe(0);
  }, 60_000);

  it('P1: media without a permit is refused, nothing of it is kept, and a finding says so', async () => {
    const { answer } = await jail.dial(ROLL_LAWYER);
    await expect(jail.edge.calls.media(answer.callId, undefined, audio(1))).rejects.toMatchObject({ status: 403 });
    await expect(jail.edge.calls.media(answer.callId, 'forged.permit.x', audio(1))).rejects.toMatchObject({
      status: 403,
    });
    await jail.hangUp(answer);
    expect(await jail.mediaOf(answer)).toEqual([]);
    await eventually(
      'the finding',
      async () => (await jail.auditor.audit.findings({ kind: 'media-refused' })).findings.length > 0,
    );
  }, 60_000);

  it('T13: an unrecorded call has a proof that nothing was recorded, which an outsider can check', async () => {
    const { answer } = await jail.dial(ROLL_LAWYER);
    await jail.hangUp(answer);
    const attested = await eventually('the attestation', async () =>
      (await allEvents(jail.auditor, 'recording')).find(
        ({ type, data }) => type === 'recording.NoMediaAttested' && data['decision'] === answer.decision,
      ),
    );
    expect(attested.data).toMatchObject({ bytes: 0, objects: 0 });
    const proof = await eventually('the proof', () => jail.auditor.audit.proof(attested.id).catch(() => undefined));
    const vkey = await jail.privity.logKey();
    expect(() => verifyTlogProof(proof, attested.text, vkey)).not.toThrow();
    const altered = attested.text.replace('"bytes":0', '"bytes":1');
    expect(() => verifyTlogProof(proof, altered, vkey)).toThrow();
  }, 60_000);

  it('T1: a grant is worth nothing in other hands, and who listened and who was refused stands in the history', async () => {
    const { recording } = await jail.record(FRIEND);
    const { playbackId } = await eventually('the grant', () =>
      jail.investigator.recordings.play(recording, { purpose: 'T1', caseNumber: '26-1' }).catch(() => undefined),
    );
    expect(await jail.investigator.recordings.audio(playbackId)).toEqual(audio(1));
    const other = await jail.privity.as('other-investigator', 'investigator');
    await expect(other.recordings.audio(playbackId)).rejects.toMatchObject({ status: 404 });
    await expect(jail.edge.recordings.play(recording, { purpose: 'curiosity' })).rejects.toMatchObject({ status: 403 });
    const history = await eventually('the history', async () => {
      const { accesses } = await jail.auditor.audit.accesses({ recording });
      return (
        accesses.some(({ kind }) => kind === 'heard') &&
        accesses.filter(({ kind }) => kind === 'refused').length === 2 &&
        accesses
      );
    });
    const who = (kind: string): unknown[] => history.filter((one) => one.kind === kind).map((one) => one.person);
    expect(who('granted')).toEqual(['investigator']);
    expect(who('refused').sort()).toEqual(['edge', 'other-investigator']);
  }, 60_000);

  it('P1, P8: a number protected during its call stops the recording', async () => {
    const { answer, permit } = await jail.dial(SLOW_LAWYER);
    const media = jail.edge.calls.media(answer.callId, permit, untilStopped());
    await sleep(1_500);
    await jail.registrar.protections.protect({ number: SLOW_LAWYER, reason: 'attorney', basis: 'told by telephone' });
    const receipt = await media;
    expect(receipt.ending).toMatch(/^permit-(revoked|lapsed)$/);
    expect(receipt.seconds).toBeLessThan(10);
    await jail.hangUp(answer);
    // What was kept is sealed at once.
    await eventually(
      'the seal',
      async () => (await jail.investigator.recordings.get(receipt.recording).catch(() => 'none')) === 'none',
    );
  }, 60_000);

  it('T3, P3: while the registry is silent calls connect unrecorded, and are recorded again when it speaks', async () => {
    const registry = await jail.privity.pidOf('registry');
    process.kill(registry, 'SIGSTOP');
    try {
      await eventually('an unrecorded call', async () => {
        const { answer } = await jail.dial(FRIEND);
        await jail.hangUp(answer);
        expect(answer.outcome).toBe('connect');
        return answer.reasons?.includes('registry-stale') && answer.recording === 'off';
      });
    } finally {
      process.kill(registry, 'SIGCONT');
    }
    await jail.recordable(FRIEND);
  }, 90_000);
});
