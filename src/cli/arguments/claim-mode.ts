import type { Configuration } from '../../core/config/configuration.js'
import { SavepointOptions } from '../../core/config/savepoint-options.js'
import { FlinkError } from '../../core/errors/flink-error.js'
import type { CliOption } from './cli-option.js'
import { valueOf, type ParsedOptions } from './parsed-values.js'

export const CLAIM_MODE_OPTION: CliOption = {
  short: 'cm',
  long: 'claimMode',
  value: 'required',
  valueName: 'claim|no_claim',
  description:
    'Who owns the snapshot that the job is restored from: claim - the job, which deletes it once it is subsumed; no_claim (default) - the user.',
}

export const RESTORE_MODE_OPTION: CliOption = {
  short: 'rm',
  long: 'restoreMode',
  value: 'required',
  description: 'Old name of claimMode.',
  hidden: true,
}

const MODES = ['CLAIM', 'NO_CLAIM', 'LEGACY'] as const

/** The flag takes the place of what is configured. */
export function applyClaimMode(
  parsed: ParsedOptions,
  configuration: Configuration,
  print: (line: string) => void,
): void {
  const given = valueOf(parsed, 'claimMode') ?? valueOf(parsed, 'restoreMode')
  if (given === undefined) return
  const mode = MODES.find((candidate) => candidate === given.toUpperCase())
  if (mode === undefined) {
    const details = { type: 'org.apache.flink.core.execution.RecoveryClaimMode', values: MODES.join(', '), given }
    throw new FlinkError('CLI_VALUE_UNKNOWN', details)
  }
  if (valueOf(parsed, 'claimMode') === undefined) {
    print("The option 'restoreMode' is deprecated. Please use 'claimMode' instead.")
  }
  if (mode === 'LEGACY') {
    print('Warning: The LEGACY restore mode is deprecated, please use CLAIM or NO_CLAIM mode instead.')
  }
  configuration.set(SavepointOptions.RESTORE_MODE, mode, '-cm')
}
