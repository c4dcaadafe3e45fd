/** The command lines, in the order in which they are given, and what is done before each. */

/** Jobs that a step wants to be there before it. */
export type Prepared =
  'one that ends' | 'one that runs' | 'one whose snapshots fail' | 'three that run' | 'none that runs'

export interface Step {
  /** Where there is a transcript of Flink of that name, it is this command line. */
  readonly name: string
  /** `<JOB>`: the job that was started last; `<DIR>`, and the savepoint that was taken last, as in the transcripts. */
  readonly command: string
  readonly jobs?: readonly Prepared[]
  /** What Flink's client alone can be asked for. */
  readonly isOfFlink?: true
}

const UNKNOWN_JOB = '0'.repeat(32)
const DIRECTORY = 'file://<DIR>/sp'
const UNWRITABLE = 'file:///proc/nope'
const SAVEPOINT = 'file:<DIR>/sp/savepoint-<JOB6>-<RANDOM12>'

export const STEPS: readonly Step[] = [
  { name: '16-list-empty', command: 'list' },
  { name: '17-list-all-empty', command: 'list -a' },
  { name: 'run-java-jar', command: 'run <JARS>/java-job.jar', isOfFlink: true },
  { name: '23-list-running-r', command: 'list -r', jobs: ['one that ends', 'one that runs'] },
  { name: '24-list-running-s', command: 'list -s' },
  { name: '25-list-all-running-and-finished', command: 'list -a' },
  { name: 'list-running-and-scheduled', command: 'list -r -s' },
  { name: '26-savepoint-no-directory', command: 'savepoint <JOB>' },
  { name: '27-savepoint-no-job', command: 'savepoint' },
  { name: '28-savepoint-unknown-job', command: `savepoint ${UNKNOWN_JOB} ${DIRECTORY}` },
  { name: 'savepoint-malformed-job', command: `savepoint abc ${DIRECTORY}` },
  { name: '30-savepoint-unwritable', command: `savepoint <JOB> ${UNWRITABLE}` },
  { name: 'savepoint-canonical', command: `savepoint <JOB> ${DIRECTORY}` },
  { name: '37-savepoint-type-native', command: `savepoint -type native <JOB> ${DIRECTORY}` },
  { name: '38-savepoint-detached', command: `savepoint -detached <JOB> ${DIRECTORY}` },
  { name: '52-dispose-success', command: `savepoint -d ${SAVEPOINT}` },
  { name: '53-dispose-missing', command: `savepoint -d ${SAVEPOINT}` },
  { name: 'checkpoint', command: 'checkpoint <JOB>' },
  { name: 'checkpoint-full', command: 'checkpoint -full <JOB>' },
  { name: 'checkpoint-unknown-job', command: `checkpoint ${UNKNOWN_JOB}` },
  { name: '32-cancel-no-job', command: 'cancel' },
  { name: '33-cancel-unknown-job', command: `cancel ${UNKNOWN_JOB}` },
  { name: '34-cancel-s-no-directory', command: 'cancel -s <JOB>' },
  { name: '35-cancel-malformed-job', command: 'cancel abc' },
  { name: '31-stop-no-job', command: 'stop' },
  { name: 'stop-no-directory', command: 'stop <JOB>' },
  { name: 'stop-unknown-job', command: `stop -p ${DIRECTORY} ${UNKNOWN_JOB}` },
  { name: 'stop-unwritable', command: `stop -p ${UNWRITABLE} <JOB>` },
  { name: 'stop-success', command: `stop -p ${DIRECTORY} <JOB>` },
  { name: 'stop-stopped-job', command: `stop -p ${DIRECTORY} <JOB>`, jobs: ['none that runs'] },
  { name: 'cancel-finished-job', command: 'cancel <JOB>' },
  { name: 'stop-drain', command: `stop -d -p ${DIRECTORY} <JOB>`, jobs: ['one that runs'] },
  { name: 'cancel-s-success', command: `cancel -s ${DIRECTORY} <JOB>`, jobs: ['one that runs'] },
  { name: '47-cancel-success', command: 'cancel <JOB>', jobs: ['one that runs'] },
  { name: '43-cancel-canceled-job', command: 'cancel <JOB>', jobs: ['none that runs'] },
  { name: '42-savepoint-canceled-job', command: `savepoint <JOB> ${DIRECTORY}` },
  { name: 'checkpoint-canceled-job', command: 'checkpoint <JOB>' },
  { name: '40-list-none-running-after-cancel', command: 'list' },
  { name: 'savepoint-fails', command: `savepoint <JOB> ${DIRECTORY}`, jobs: ['one whose snapshots fail'] },
  { name: 'checkpoint-fails', command: 'checkpoint <JOB>' },
  { name: 'stop-fails', command: `stop -p ${DIRECTORY} <JOB>` },
  { name: 'cancel-s-fails', command: `cancel -s ${DIRECTORY} <JOB>` },
  { name: 'list-several-jobs', command: 'list', jobs: ['three that run'] },
  { name: 'savepoint-of-several-jobs', command: `savepoint <JOB> ${DIRECTORY}` },
]
