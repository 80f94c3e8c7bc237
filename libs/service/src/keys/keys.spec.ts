import { createPublicKey, sign, verify } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BlindIndexer } from '@privity/kernel';

import { FileKeyRing } from './file-key-ring.js';
import { KeyFileError } from './key-files.js';
import { provisionKeys, type KeyFolders } from './provision.js';
import { loadPublicKey, loadSigningKey } from './signing-keys.js';

let dataDir: string;
let folders: KeyFolders;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'privity-keys-'));
  folders = provisionKeys(dataDir);
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const allFiles = (folder: string) => readdirSync(folder).map((name) => join(folder, name));

describe('provisioned keys', () => {
  it('are readable by their owner only, the public ones by all', () => {
    for (const folder of [...Object.values(folders.services), folders.index, folders.identity]) {
      expect(statSync(folder).mode & 0o777).toBe(0o700);
      for (const file of allFiles(folder)) expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    expect(readdirSync(folders.trust).sort()).toEqual(['identity.jwk', 'log.vkey', 'registry.jwk', 'routing.jwk']);
    for (const file of allFiles(folders.trust)) expect(readFileSync(file, 'utf8')).not.toContain('"d"');
  });

  it('stay what they are at the next start', () => {
    const before = FileKeyRing.open(folders.index).current('number-index').key;
    const token = loadSigningKey(folders.identity, 'identity').export({ format: 'jwk' });
    provisionKeys(dataDir);
    expect(FileKeyRing.open(folders.index).current('number-index').key).toEqual(before);
    expect(loadSigningKey(folders.identity, 'identity').export({ format: 'jwk' })).toEqual(token);
  });

  it('are kept wrapped: no file but master.key opens anything', () => {
    const key = FileKeyRing.open(folders.index).current('number-index').key;
    const ring = readFileSync(join(folders.index, 'ring.json'), 'utf8');
    for (const form of ['base64', 'base64url', 'hex'] as const) expect(ring).not.toContain(key.toString(form));
    const { d } = loadSigningKey(folders.identity, 'identity').export({ format: 'jwk' });
    expect(readFileSync(join(folders.identity, 'identity.private.json'), 'utf8')).not.toContain(d);
    writeFileSync(join(folders.index, 'master.key'), Buffer.alloc(32, 7));
    expect(() => FileKeyRing.open(folders.index)).toThrow();
  });

  it.each(['master.key', 'ring.json', '.'])('refuse to load when %s is open to others', (name) => {
    const path = join(folders.services.routing, name);
    chmodSync(path, statSync(path).mode | 0o040);
    expect(() => FileKeyRing.open(folders.services.routing)).toThrow(KeyFileError);
    expect(() => FileKeyRing.open(folders.services.routing)).toThrow(/others could read it/);
  });

  it('take the master key from the environment and then write none', () => {
    const other = mkdtempSync(join(tmpdir(), 'privity-keys-'));
    try {
      const env = { PRIVITY_MASTER_KEY: Buffer.alloc(32, 9).toString('base64') };
      const { index, identity } = provisionKeys(other, env);
      expect(readdirSync(index)).toEqual(['ring.json']);
      expect(FileKeyRing.open(index, env).current('view-digest').key).toHaveLength(32);
      expect(loadSigningKey(identity, 'identity', env).asymmetricKeyType).toBe('ed25519');
      expect(() => FileKeyRing.open(index)).toThrow(KeyFileError);
      expect(() => FileKeyRing.open(index, { PRIVITY_MASTER_KEY: 'c2hvcnQ=' })).toThrow(/PRIVITY_MASTER_KEY/);
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });
});

describe('a key ring', () => {
  it('makes new values under a new epoch and still finds the old ones', async () => {
    const ring = FileKeyRing.open(folders.index);
    const indexer = new BlindIndexer(ring, 'number-index');
    const old = indexer.index('+12125550101');
    const { epoch } = await ring.rotate('number-index');
    expect(indexer.index('+12125550101')).not.toBe(old);
    expect(indexer.candidates('+12125550101')).toEqual([indexer.index('+12125550101'), old]);
    expect(ring.current('number-index').epoch).toBe(epoch);
  });

  it('forgets a destroyed epoch for ever, also after a restart and for others who have it open (P10)', async () => {
    const ring = FileKeyRing.open(folders.index);
    const elsewhere = FileKeyRing.open(folders.index);
    const gone = ring.current('caller-index');
    await ring.destroy('caller-index', gone.epoch);
    await ring.destroy('caller-index', gone.epoch);
    expect(ring.live('caller-index').map(({ epoch }) => epoch)).not.toContain(gone.epoch);
    expect(ring.current('caller-index').epoch).not.toBe(gone.epoch);
    expect(FileKeyRing.open(folders.index).live('caller-index')).toHaveLength(1);
    provisionKeys(dataDir);
    expect(FileKeyRing.open(folders.index).live('caller-index')).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    expect(elsewhere.live('caller-index').map(({ epoch }) => epoch)).not.toContain(gone.epoch);
  });

  it('names a purpose it has not', () => {
    expect(() => FileKeyRing.open(folders.services.routing).current('number-index')).toThrow(/number-index/);
  });
});

describe('signing keys', () => {
  it('verify by their published half', () => {
    const signature = sign(null, Buffer.from('heartbeat'), loadSigningKey(folders.services.registry, 'registry'));
    expect(verify(null, Buffer.from('heartbeat'), loadPublicKey(folders.trust, 'registry'), signature)).toBe(true);
    expect(verify(null, Buffer.from('heartbeat'), loadPublicKey(folders.trust, 'routing'), signature)).toBe(false);
  });

  it('publish the log key in the signed-note form', () => {
    const vkey = readFileSync(join(folders.trust, 'log.vkey'), 'utf8').trim();
    const [, name, hash, encoded] = /^(.+?)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? [];
    expect(name).toBe('privity.local/log');
    expect(hash).toHaveLength(8);
    const typed = Buffer.from(encoded ?? '', 'base64');
    expect([typed.length, typed[0]]).toEqual([33, 1]);
    const { x } = createPublicKey(loadSigningKey(folders.services.audit, 'log')).export({ format: 'jwk' });
    expect(typed.subarray(1).toString('base64url')).toBe(x);
  });
});
