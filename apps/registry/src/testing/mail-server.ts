import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly message: string;
}

/** A mail server on loopback. `refuse` says no to every message, in words that quote the address, as real ones do. */
export class MailServer {
  readonly received: ReceivedMail[] = [];
  /** Takes the message, and hangs up instead of saying so: what a sender that died in between has seen. */
  hangUpOnce = false;
  refuse = false;
  private server: SMTPServer | undefined;
  private port = 0;

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  async start(): Promise<this> {
    const server = new SMTPServer({
      authOptional: true,
      closeTimeout: 100,
      disabledCommands: ['STARTTLS'],
      onRcptTo: ({ address }, _session, done) =>
        this.refuse ? done(Object.assign(new Error(`<${address}>: no such user`), { responseCode: 550 })) : done(),
      onData: (stream, { envelope, id }, done) => {
        void text(stream).then((message) => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          this.received.push({ from, to: envelope.rcptTo.map(({ address }) => address), message });
          if (!this.hangUpOnce) return done();
          this.hangUpOnce = false;
          for (const connection of server.connections) if (connection.id === id) connection._socket.destroy();
        });
      },
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.server.address() as AddressInfo).port;
    this.server = server;
    return this;
  }

  /** The port stays its own for the next start. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
