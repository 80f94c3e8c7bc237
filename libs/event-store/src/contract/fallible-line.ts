import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** When to cut the connection that carries the next append. */
export type Cut = 'before the append arrives' | 'after the commit';

export interface FallibleLine {
  /** The given address, through this line. */
  readonly url: string;
  /** Cuts the connection of the next append once; `done` tells that it happened. */
  cutNext(when: Cut): { readonly done: () => boolean };
  /** Cuts all connections and refuses new ones until `restore`. */
  down(): void;
  restore(): void;
  close(): Promise<void>;
}

/** A TCP line to PostgreSQL that a test can cut at an exact moment. */
export async function fallibleLine(databaseUrl: string): Promise<FallibleLine> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let armed: { when: Cut; done: boolean } | undefined;
  let isDown = false;

  const server = createServer((client) => {
    if (isDown) return client.destroy();
    const database = connect({ host: target.hostname, port: Number(target.port) });
    let doomed: typeof armed;
    const cut = () => {
      client.destroy();
      database.destroy();
    };
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', cut).on('close', () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on('data', (bytes) => {
      if (armed && bytes.includes('event_store.append')) {
        doomed = armed;
        armed = undefined;
        if (doomed.when === 'before the append arrives') {
          doomed.done = true;
          return cut();
        }
      }
      return database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (!doomed) return client.write(bytes);
      // the command's tag comes after the commit; the client never sees it
      if (!bytes.includes('SELECT ')) return true;
      doomed.done = true;
      return cut();
    });
    return undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    cutNext: (when) => {
      const cut = { when, done: false };
      armed = cut;
      return { done: () => cut.done };
    },
    down: () => {
      isDown = true;
      for (const socket of sockets) socket.destroy();
    },
    restore: () => {
      isDown = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
