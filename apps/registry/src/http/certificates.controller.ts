import { Controller, Get, Param } from '@nestjs/common';
import { Roles } from '@privity/service';
import { Certificates } from '../certificates/certificates.js';

@Controller('api/registry')
export class CertificatesController {
  constructor(private readonly certificates: Certificates) {}

  /** `{certificate}`: a compact JWS over count and digest of all that is protected, by shard and by list. */
  @Get('certificate')
  @Roles('registrar', 'approver', 'auditor', 'operator')
  async ofAll(): Promise<{ certificate: string }> {
    return { certificate: await this.certificates.ofAll() };
  }

  /** The same of one file: what a vendor compares with what it sent. */
  @Get('imports/:importId/certificate')
  @Roles('registrar', 'approver', 'auditor', 'operator')
  async ofImport(@Param('importId') importId: string): Promise<{ certificate: string }> {
    return { certificate: await this.certificates.ofImport(importId) };
  }
}
