/** `npm run session-chaos -- --rounds 20 --seed 7`: a session and its jobs, killed again and again; ends with 1 where something is wrong. */
import { parseArgs } from 'node:util'
import { SeededRandom } from '../../src/core/random/seeded-random.js'
import { SESSION_TARGETS, SessionChaos } from '../e2e/session/session-chaos.js'

const HELP = `Kills a session, its jobs, or both with SIGKILL at random moments (${SESSION_TARGETS.join(', ')}), starts the session again, and
compares what the jobs committed with what they commit when nobody disturbs them.

  --rounds n   kills (default 20)
  --seed n     what is drawn begins with this (default: at random; it is printed)
`

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(1 + Math.floor(Math.random() * 1_000_000)) },
    help: { type: 'boolean', default: false },
  },
})

async function play(rounds: number, seed: number): Promise<boolean> {
  say(`seed ${String(seed)}, ${String(rounds)} rounds`)
  const chaos = await SessionChaos.create(new SeededRandom(seed))
  const started = performance.now()
  try {
    const { kills, submissions, lines, wrong } = await chaos.play(rounds, (done, target) => {
      const seconds = Math.round((performance.now() - started) / 1000)
      say(`${String(done)}/${String(rounds)} ${target}, ${String(seconds)} s`)
    })
    say(`killed: ${String(kills.sessions)} sessions, ${String(kills.jobs)} processes of jobs`)
    say(`submissions while the session died: ${JSON.stringify(submissions)}`)
    say(`${String(lines)} lines as of a run that nobody disturbed, ${String(wrong.length)} things wrong`)
    for (const what of wrong) say(`WRONG: ${what}`)
    if (wrong.length === 0) chaos.remove()
    else say(`what is left: ${chaos.workspace}`)
    return wrong.length === 0
  } catch (error) {
    say(`FAILED: ${error instanceof Error ? error.message : String(error)}`)
    say(`what is left, but for its processes: ${chaos.workspace}`)
    chaos.killAll()
    return false
  }
}

if (values.help) process.stdout.write(HELP)
else process.exitCode = (await play(Number(values.rounds), Number(values.seed))) ? 0 : 1
