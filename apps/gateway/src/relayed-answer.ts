import type { ServerResponse } from 'node:http';

import type { Dispatcher } from 'undici';

import { endToEnd } from './end-to-end-headers.js';

/**
 * Writes a service's answer to the caller as it comes, no faster than the caller takes it. Handed to undici directly:
 * a stream, a pipeline and an abort signal per request cost three times as much as the request itself.
 */
export class RelayedAnswer implements Dispatcher.DispatchHandler {
  readonly finished: Promise<void>;
  private resolve: () => void = () => undefined;
  private reject: (error: unknown) => void = () => undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private callerGone = false;

  /** @param onBegin called when the service is reached and the request goes out: before, nothing of it was sent */
  constructor(
    private readonly response: ServerResponse,
    private readonly onBegin: () => void,
  ) {
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    response.once('close', this.onClose);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.callerGone) controller.abort(new Error('the caller went away'));
    else this.onBegin();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Parameters<typeof endToEnd>[0]): void {
    // 100 and 103 concern the connection to the service only.
    if (status < 200) return;
    this.response.writeHead(status, endToEnd(headers));
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.response.write(chunk)) return;
    controller.pause();
    this.response.once('drain', () => controller.resume());
  }

  onResponseEnd(): void {
    this.response.end();
    this.settle(this.resolve);
  }

  /** Nobody is left to be told where the caller went away. */
  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.settle(() => (this.callerGone ? this.resolve() : this.reject(error)));
  }

  private readonly onClose = (): void => {
    this.callerGone = true;
    this.controller?.abort(new Error('the caller went away'));
  };

  private settle(how: () => void): void {
    this.response.off('close', this.onClose);
    how();
  }
}
