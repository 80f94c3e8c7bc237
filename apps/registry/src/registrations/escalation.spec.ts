import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { uuidv7 } from '@privity/kernel';
import { registrationStream } from '@privity/registry';
import { bootService, ServiceConfig } from '@privity/service';
import { setTimeout as pause } from 'node:timers/promises';
import { definition } from '../definition.js';
import { Protecting } from '../protections/protecting.js';
import { Installation } from '../testing/installation.js';
import { RegistrationDesk } from '../testing/registration-desk.js';

jest.setTimeout(60_000);

describe('a registration that nobody answers (T7)', () => {
  let place: Installation;
  let desk: RegistrationDesk;
  beforeAll(async () => {
    place = await Installation.start({ PRIVITY_REGISTRY_ESCALATION_EVERY_MS: '100' });
    desk = new RegistrationDesk(place);
  }, 60_000);
  afterAll(() => place.stop(), 60_000);

  /** As if it had come in long ago. */
  const receivedBefore = async (due: string): Promise<string> => {
    const id = uuidv7();
    const form = await place.registry.app
      .get(Protecting)
      .seal(
        registrationStream(id),
        'form',
        '{"barNumber":"9","last":"Late","first":"Al","firm":"","email":"","numbers":[]}',
      );
    const about = { registration: id, as: 'attorney', attorney: 'attorney-late', barState: 'NY', numbers: [], due };
    const event = { type: 'registry.RegistrationReceived', data: { ...about, form } };
    await desk.store.append(registrationStream(id), 'no stream', [event]);
    return id;
  };
  const escalations = async (id: string) =>
    (await desk.history(id)).filter(({ type }) => type === 'registry.RegistrationEscalated');
  const until = async (isDone: () => Promise<boolean>) => {
    while (!(await isDone())) await pause(50);
  };

  it('goes to those who answer for the registry when it is due, once, however many replicas look', async () => {
    const config = Object.assign(Object.create(ServiceConfig.prototype), place.registry.config, { port: 0 });
    const sibling = await bootService(definition, config as ServiceConfig);
    try {
      const due = '2026-01-05T00:00:00.000Z';
      const [late, later, early] = [
        ...(await Promise.all([receivedBefore(due), receivedBefore(due)])),
        await receivedBefore('2999-01-01T00:00:00.000Z'),
      ] as const;
      await until(async () => (await escalations(late)).length + (await escalations(later)).length >= 2);
      await pause(500);
      expect(await escalations(late)).toMatchObject([{ data: { registration: late, due } }]);
      expect(await escalations(later)).toHaveLength(1);
      expect(await escalations(early)).toEqual([]);
      const { body } = await desk.ask('GET', `/api/registrations/${late}`);
      expect(body).toMatchObject({ due, state: 'open', escalated: true });
      await desk.settled();
      const [received] = await desk.history(late);
      const [escalated] = await escalations(late);
      expect(await desk.work('overdue-receipt')).toContainEqual(
        expect.objectContaining({ owner: 'approver', registration: late, due, events: [received?.id, escalated?.id] }),
      );
      const order = await desk.work('verification');
      expect(order.map((item) => item['due'])).toEqual([due, due, '2999-01-01T00:00:00.000Z']);
    } finally {
      await sibling.close();
    }
  });

  it('leaves that list once somebody answers, late as it is', async () => {
    const id = await receivedBefore('2026-01-05T00:00:00.000Z');
    await until(async () => (await escalations(id)).length === 1);
    await desk.verify('attorney-late', ['ben', 'approver'], { registration: id });
    await desk.settled();
    expect((await desk.work('overdue-receipt')).map((item) => item['registration'])).not.toContain(id);
    const { body } = await desk.ask('GET', `/api/registrations/${id}`);
    expect(body).toMatchObject({ state: 'answered', escalated: true });
  });

  it('is not looked for so often that nothing else is done', async () => {
    await expect(Installation.start({ PRIVITY_REGISTRY_ESCALATION_EVERY_MS: '0' })).rejects.toMatchObject({
      code: 'config-invalid',
      field: 'PRIVITY_REGISTRY_ESCALATION_EVERY_MS',
    });
  });
});
