import { readFile, writeFile } from 'node:fs/promises';
import { type Certificate, CertificateRefused, verifyCertificate } from '@privity/client';
import { keyFolders, loadPublicKey } from '@privity/service/installation';
import { Command } from 'commander';
import { Failed, WrongUse } from '../failures.js';
import { clientFor, withInstance } from '../launcher/running.js';
import { type CommonOptions, dataDirOf, withCommonOptions } from './options.js';
import { showResult } from './result.js';

interface CertificateOptions extends CommonOptions {
  readonly import?: string;
  readonly out?: string;
}

export function registryCommand(): Command {
  const certificate = withCommonOptions(new Command('certificate'))
    .description('ask for signed counts and digests of all that is protected, or of one file of a list')
    .option('--import <id>', 'of the file of this import')
    .option('--out <file>', 'write the certificate as it is signed: whoever gets it can check it')
    .action(async (options: CertificateOptions) => {
      const dataDir = dataDirOf(options);
      const { certificate: jws } = await withInstance(dataDir, async ({ url }) => {
        const client = await clientFor(dataDir, url, 'command-line', ['operator']);
        const { import: id } = options;
        const asked = id === undefined ? client.certificates.ofAll() : client.certificates.ofImport(id);
        return asked.finally(() => client.close());
      });
      const said = checked(jws, options);
      if (options.out !== undefined) await writeFile(options.out, `${jws}\n`);
      await showResult(options, said, inWords(said));
    });
  const check = withCommonOptions(new Command('check'))
    .description("check a certificate with the registry's public key, and show what it says; nothing needs to run")
    .argument('<file>')
    .action(async (file: string, options: CommonOptions) => {
      const jws = await readFile(file, 'utf8').catch(() => {
        throw new WrongUse(`There is no file ${file}`);
      });
      const said = checked(jws, options);
      await showResult(options, said, inWords(said));
    });
  return new Command('registry').description('what the registry vouches for').addCommand(certificate).addCommand(check);
}

/** @throws Failed where the registry of this data folder did not sign it */
function checked(jws: string, options: CommonOptions): Certificate {
  const key = loadPublicKey(keyFolders(dataDirOf(options).root).trust, 'registry');
  try {
    return verifyCertificate(jws, key);
  } catch (error) {
    throw error instanceof CertificateRefused ? new Failed(error.message) : error;
  }
}

function inWords(said: Certificate): string {
  if (said.typ === 'privity-list-certificate') {
    return [
      `${said.at}: file ${said.fileDigest} of list ${said.list} (${said.kind}), ${said.state}`,
      `  ${said.rows} rows, ${said.rejected} rejected, ${said.entries} entries, digest ${said.entriesDigest}`,
    ].join('\n');
  }
  return [
    `${said.at}: ${said.count} numbers and ${said.persons} persons, digest ${said.digest}`,
    ...said.lists.map(
      ({ list, kind, entries, fileDigest }) => `  ${list} (${kind}): ${entries} entries, file ${fileDigest}`,
    ),
  ].join('\n');
}
