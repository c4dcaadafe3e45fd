import { Workspace } from '../../e2e/command-line.js'
import { jobFile, type BenchEngine } from '../bench-engine.js'
import { figureAtMost, type BenchFamily, type Figures } from '../bench-family.js'

const KEYS = 1000
/** Until all keys are there, and a checkpoint. */
const BEFORE_MS = 2500
const AFTER_MS = 500

function timesIn(stdout: string): { readonly first: number; readonly last: number } {
  const times = [...stdout.matchAll(/^CAME ([\d.]+) ([\d.]+)$/gm)].map(([, first, last]) => [
    Number(first),
    Number(last),
  ])
  if (times.length === 0) throw new Error(`no record came\n${stdout}`)
  return { first: Math.min(...times.map(([first = 0]) => first)), last: Math.max(...times.map(([, last = 0]) => last)) }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

async function measure(engine: BenchEngine): Promise<Figures> {
  const workspace = new Workspace({
    'execution.checkpointing.interval': '1 s',
    'state.checkpoints.dir': 'checkpoints',
    'state.savepoints.dir': 'savepoints',
  })
  try {
    const program = [jobFile('upgraded-job'), '--keys', String(KEYS)]
    const old = engine.start(workspace, {}, ['run', '-p', '2', ...program])
    const oldId = await old.jobId()
    await sleep(BEFORE_MS)
    const upgrade = engine.start(workspace, {}, ['upgrade', '-p', '2', oldId, ...program])
    const [, pause, stop, start] = await upgrade.untilError(/Pause: (\d+) ms \((\d+) ms until [^,]*, (\d+) ms until/)
    await sleep(AFTER_MS)
    await engine.start(workspace, {}, ['cancel', await upgrade.jobId()]).ended
    const [ofOld, ofNew] = [timesIn((await old.ended).stdout), timesIn((await upgrade.ended).stdout)]
    return { pause: Number(pause), stop: Number(stop), start: Number(start), records: ofNew.first - ofOld.last }
  } finally {
    workspace.remove()
  }
}

/** How long no job runs when a program takes the place of another one. */
export const upgradeFamily: BenchFamily = {
  name: 'upgrade',
  programs: [{ id: 'upgrade', usesEngine: true, measure }],
  rows: [
    {
      title: 'upgrade, 1,000 keys, p = 2, pause',
      unit: 'ms',
      value: { program: 'upgrade', figure: 'pause' },
      goal: figureAtMost(500),
    },
    {
      title: 'of which until the old job had stopped with its savepoint',
      unit: 'ms',
      value: { program: 'upgrade', figure: 'stop' },
    },
    { title: 'and until all tasks of the new one ran', unit: 'ms', value: { program: 'upgrade', figure: 'start' } },
    {
      title: 'upgrade, last record of the old job to the first of the new one',
      unit: 'ms',
      value: { program: 'upgrade', figure: 'records' },
      goal: figureAtMost(500),
    },
  ],
}
