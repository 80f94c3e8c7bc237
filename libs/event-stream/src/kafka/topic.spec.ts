import { describe, expect, it } from '@jest/globals';
import { SHARDS } from '@privity/kernel';
import kafkajs, { type Admin } from 'kafkajs';
import { ensureTopic } from './topic.js';

const SOURCE = '/privity/young';
const unknown = () =>
  new kafkajs.KafkaJSProtocolError({
    name: 'KafkaJSProtocolError',
    message: 'This server does not host this topic-partition',
    type: 'UNKNOWN_TOPIC_OR_PARTITION',
    code: 3,
    retriable: true,
  } as never);

/** An admin of three brokers, two of which have not heard of the topic when they are asked what it is like. */
function young(error: () => Error): { admin: Admin; asked: string[] } {
  const asked: string[] = [];
  const failures = new Map([
    ['fetchTopicMetadata', 1],
    ['describeConfigs', 1],
  ]);
  const answer = (question: string, value: unknown) => () => {
    asked.push(question);
    const left = failures.get(question) ?? 0;
    failures.set(question, left - 1);
    return left > 0 ? Promise.reject(error()) : Promise.resolve(value);
  };
  const partitions = Array.from({ length: SHARDS }, (_, partitionId) => ({ partitionId, replicas: [0, 1, 2] }));
  const admin = {
    listTopics: answer('listTopics', ['privity.young']),
    fetchTopicMetadata: answer('fetchTopicMetadata', { topics: [{ name: 'privity.young', partitions }] }),
    describeConfigs: answer('describeConfigs', { resources: [{ configEntries: [] }] }),
  };
  return { admin: admin as unknown as Admin, asked };
}

describe('a topic', () => {
  it('is asked after again when the broker that answers has not heard of it yet, whichever question meets it', async () => {
    const { admin, asked } = young(unknown);
    await ensureTopic(admin, SOURCE, { brokers: ['a', 'b', 'c'], replicas: 3 });
    expect(asked.filter((question) => question === 'describeConfigs')).toHaveLength(2);
    expect(asked.filter((question) => question === 'fetchTopicMetadata')).toHaveLength(3);
  });

  it('is not asked after again when the answer is another failure', async () => {
    const { admin, asked } = young(() => new Error('no route to host'));
    await expect(ensureTopic(admin, SOURCE, { brokers: ['a'], replicas: 1 })).rejects.toThrow('no route to host');
    expect(asked).toEqual(['listTopics', 'fetchTopicMetadata']);
  });
});
