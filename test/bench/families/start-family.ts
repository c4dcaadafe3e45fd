import { Workspace } from '../../e2e/command-line.js'
import { jobFile, type BenchEngine } from '../bench-engine.js'
import { differenceAtMost, type BenchFamily, type BenchRow, type Figures, type Goal } from '../bench-family.js'
import { median } from '../median.js'
import { nodeAlone, timeCommand } from './timed-command.js'

const ROUNDS = 15

/** The commands in turn, so that whatever the machine does meanwhile meets all of them. */
async function measureStarts(engine: BenchEngine): Promise<Figures> {
  const workspace = new Workspace()
  const times = { node: [] as number[], version: [] as number[], list: [] as number[], first: [] as number[] }
  const whole: number[] = []
  try {
    const start = (...args: string[]) => engine.start(workspace, {}, args)
    for (let round = 0; round < ROUNDS; round += 1) {
      times.node.push((await timeCommand(nodeAlone)).wholeMs)
      times.version.push((await timeCommand(() => start('--version'))).wholeMs)
      times.list.push((await timeCommand(() => start('list'))).wholeMs)
      const run = await timeCommand(() => start('run', jobFile('first-record-job')))
      whole.push(run.wholeMs)
      times.first.push(Number(/^FIRST (.*)$/m.exec(run.stdout)?.[1]) - run.startedMs)
    }
  } finally {
    workspace.remove()
  }
  const { node, version, list, first } = times
  return {
    node: median(node),
    version: median(version),
    list: median(list),
    first: median(first),
    whole: median(whole),
  }
}

function row(title: string, figure: string, goal?: Goal): BenchRow {
  return {
    title,
    unit: 'ms',
    value: { program: 'start', figure },
    bound: { label: 'node -e 0', value: { program: 'start', figure: 'node' } },
    ...(goal === undefined ? {} : { goal }),
  }
}

/** From the start of the process. */
export const startFamily: BenchFamily = {
  name: 'start',
  programs: [{ id: 'start', usesEngine: true, maxRuns: 1, measure: async (engine) => measureStarts(engine) }],
  rows: [
    row('flink-ts --version', 'version', differenceAtMost(60)),
    row('flink-ts list', 'list'),
    row('flink-ts run, first record processed', 'first', differenceAtMost(200)),
    row('flink-ts run, whole', 'whole', differenceAtMost(300)),
  ],
}
