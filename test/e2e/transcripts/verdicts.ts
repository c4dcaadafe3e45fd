/** How each command line that was recorded with Flink is answered here, and why it is not the same where it is not. */
import type { Verdict } from './transcript.js'

interface Row {
  readonly verdict: Verdict
  /** Of what is not equal. */
  readonly reason?: string
}

const equal: Row = { verdict: 'equal' }
const heading: Row = { verdict: 'heading' }

function differs(reason: string): Row {
  return { verdict: 'differs', reason }
}

const HELP = 'lists the options of flink-ts, with examples'
const RESTORE = 'the first line says itself what is wrong, which Flink says in the last of six causes'

export const VERDICTS: Readonly<Record<string, Row>> = {
  '01-help': differs(HELP),
  '02-help-short': differs(HELP),
  '03-no-arguments': differs(HELP),
  '04-version': differs('our version; there is no commit to name'),
  '05-run-help': differs(HELP),
  '06-list-help': differs(HELP),
  '07-savepoint-help': differs(HELP),
  '09-stop-help': differs(HELP),
  '10-info-help': differs(HELP),
  '11-checkpoint-help': differs(HELP),
  '12-unknown-action': differs('names the actions that there are here'),
  '14-run-no-jar': heading,
  '15-run-missing-jar': equal,
  '16-list-empty': equal,
  '17-list-all-empty': equal,
  '18-run-attached': differs("the type of an accumulator's result is JavaScript's, `number`"),
  '19-run-main-throws': heading,
  '20-run-missing-class': heading,
  '21-run-detached': equal,
  '23-list-running-r': equal,
  '24-list-running-s': equal,
  '25-list-all-running-and-finished': equal,
  '26-savepoint-no-directory': heading,
  '27-savepoint-no-job': equal,
  '28-savepoint-unknown-job': heading,
  '30-savepoint-unwritable': heading,
  '31-stop-no-job': equal,
  '32-cancel-no-job': equal,
  '33-cancel-unknown-job': heading,
  '34-cancel-s-no-directory': heading,
  '35-cancel-malformed-job': equal,
  '37-savepoint-type-native': equal,
  '38-savepoint-detached': equal,
  '40-list-none-running-after-cancel': equal,
  '41-list-all-after-cancel': equal,
  '42-savepoint-canceled-job': heading,
  '43-cancel-canceled-job': equal,
  '44-restore-success': equal,
  '46-restore-parallelism-2': equal,
  '47-cancel-success': equal,
  '48-restore-missing-path': differs(RESTORE),
  '49-restore-not-a-savepoint': differs(RESTORE),
  '52-dispose-success': equal,
  '53-dispose-missing': heading,
  '54-run-parallelism-zero': equal,
  '55-info': equal,
  '57-no-cluster-run': differs('there is no cluster that could be missing: the job runs'),
}
