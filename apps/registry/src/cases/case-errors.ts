import { PrivityError } from '@privity/kernel';

export class CaseNotFound extends PrivityError {
  constructor() {
    super('case-not-found', 404, 'There is no such case.');
  }
}

export class ProtectionNotFound extends PrivityError {
  constructor() {
    super('protection-not-found', 404, 'No such protection stands.');
  }
}
