import { ADVICE_ON_SNAPSHOTS } from '../arguments/advice-on-snapshots.js'
import type { CliCommand } from '../arguments/cli-command.js'
import { refuseSubAction } from '../arguments/sub-actions.js'

/** Nothing by itself: what is to be done stands in the second word. */
export const stateCommand: CliCommand = {
  name: 'state',
  sentence:
    'looks into the state of savepoints and checkpoints, and writes new savepoints; see state <ls|get|export|diff|import> -h.',
  usage: '<ls|get|export|diff|import> [OPTIONS] <savepoint|checkpoint|Job ID> ...',
  stopAtOperand: true,
  adviceInSession: ADVICE_ON_SNAPSHOTS,
  options: [],
  examples: [
    'flink-ts state ls /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab',
    'flink-ts state export /tmp/savepoints/savepoint-cca7bc-bb1e257f0dab > entries.jsonl',
  ],
  execute(parsed) {
    return refuseSubAction('state', parsed.operands[0])
  },
}
