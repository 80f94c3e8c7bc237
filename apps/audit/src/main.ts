import { runService } from '@privity/service';
import { AuditModule } from './audit.module.js';
import { subscriptions } from './events/subscriptions.js';

await runService({ name: 'audit', module: AuditModule, subscriptions });
