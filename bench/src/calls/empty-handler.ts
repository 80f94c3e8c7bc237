// The peer of the row `calls`: Nest and Fastify and nothing else, answering as many bytes as routing does. With
// BENCH_DATABASE_URL it appends an event of a decision's size before it answers: what durability costs without any decision.
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { EVENT, newCall } from '../rows/append-load.js';
import { openStore } from '../store.js';

const answerTo = ({ callId }: { callId: string }) => ({
  callId,
  outcome: 'connect',
  recording: 'after-notice',
  reasons: [],
  notices: [
    { party: 'caller', language: 'en', acceptance: 'none' },
    { party: 'callee', language: 'en', acceptance: 'required' },
  ],
  maxSeconds: 3600,
  decision: '01930000-0000-7000-8000-000000000000',
});
const databaseUrl = process.env['BENCH_DATABASE_URL'];
const opened = databaseUrl === undefined ? undefined : await openStore(databaseUrl);

class Health {
  @Get('health')
  health() {
    return { status: 'ready' };
  }
}

@Controller()
class Empty extends Health {
  @Post('api/calls')
  answer(@Body() body: { callId: string }) {
    return answerTo(body);
  }
}

@Controller()
class Appending extends Health {
  @Post('api/calls')
  async answer(@Body() body: { callId: string }) {
    await opened?.store.append(newCall(), 'no stream', [EVENT]);
    return answerTo(body);
  }
}

@Module({ controllers: [opened === undefined ? Empty : Appending] })
class EmptyModule {}

const app = await NestFactory.create<NestFastifyApplication>(EmptyModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(process.env['PRIVITY_PORT']), '127.0.0.1');
const { port } = app.getHttpServer().address() as AddressInfo;
process.stdout.write(`listening on ${port}\n`);
