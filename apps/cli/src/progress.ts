import cliProgress from 'cli-progress';

/** What a person at the screen is told; plain lines where there is no terminal. */
export class Progress {
  constructor(private readonly out: NodeJS.WriteStream = process.stdout) {}

  say(line: string): void {
    this.out.write(`${line}\n`);
  }

  /** A bar on a terminal; elsewhere a line at every tenth. */
  bar(what: string, total: number): { readonly to: (done: number) => void; readonly done: () => void } {
    if (this.out.isTTY) {
      const bar = new cliProgress.SingleBar({
        format: `${what} {bar} {value}/{total}  {duration_formatted}`,
        barCompleteChar: '█',
        barIncompleteChar: '░',
        hideCursor: true,
        stream: this.out,
      });
      bar.start(total, 0);
      return { to: (done) => bar.update(done), done: () => bar.stop() };
    }
    let tenths = -1;
    const to = (done: number) => {
      const reached = total === 0 ? 10 : Math.floor((done * 10) / total);
      if (reached <= tenths) return;
      tenths = reached;
      this.say(`${what}: ${done} of ${total}`);
    };
    return { to, done: () => undefined };
  }
}
