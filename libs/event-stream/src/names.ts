const SOURCE = /^\/privity\/([a-z][a-z0-9-]*)$/;

/** `/privity/registry` -> `registry`. Throws a RangeError for anything else. */
export function contextOf(source: string): string {
  const context = SOURCE.exec(source)?.[1];
  if (context === undefined) throw new RangeError(`A source reads /privity/<context>, not ${source}`);
  return context;
}

/** `registry` -> `/privity/registry`. */
export function sourceOf(context: string): string {
  const source = `/privity/${context}`;
  contextOf(source);
  return source;
}

/** `/privity/registry` -> `privity.registry`: the Kafka topic of a source. Its partitions are the shards. */
export function topicOf(source: string): string {
  return `privity.${contextOf(source)}`;
}

/** Key of a map over the shards of several sources. */
export function shardKey(source: string, shard: number): string {
  return `${source}#${shard}`;
}
