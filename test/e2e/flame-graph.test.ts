/** The flame graph of a vertex of a job that runs. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FlameGraphNode, VertexFlameGraph } from '../../src/rest/messages/flame-graph-messages.js'
import { Workspace } from './command-line.js'
import { askWeb, webOf } from './web-client.js'

const JOB = `
function spendTime (value) {
  const end = performance.now() + 4
  let sum = value
  while (performance.now() < end) sum += Math.sqrt(sum)
  return sum
}

export default function (env) {
  env.fromSequence(1, 1_000_000_000).uid('numbers').rebalance()
    .map((value) => spendTime(value)).uid('slow').name('Slow map')
    .rebalance().filter((sum) => sum < 0).uid('none').name('None').print()
}
`
const QUICK = { 'rest.flamegraph.num-samples': '60', 'rest.flamegraph.delay-between-samples': '5 ms' }

async function withJob(
  settings: Readonly<Record<string, string>>,
  use: (graphOf: (vertex: string, query: string) => Promise<VertexFlameGraph>) => Promise<void>,
): Promise<void> {
  const workspace = new Workspace(settings)
  const job = workspace.start('run', '--web', '0', workspace.file('busy.mjs', JOB))
  try {
    const web = await webOf(job)
    const jobId = await job.jobId()
    const ask = async (url: string): Promise<unknown> => JSON.parse((await askWeb(`${web}/jobs/${jobId}${url}`)).text)
    const { vertices } = (await ask('')) as { readonly vertices: readonly { readonly id: string; name: string }[] }
    await use(async (vertex, query) => {
      const id = vertices.find(({ name }) => name.includes(vertex))?.id ?? ''
      return (await ask(`/vertices/${id}/flamegraph${query}`)) as VertexFlameGraph
    })
  } finally {
    job.kill('SIGKILL')
    await job.ended
    workspace.remove()
  }
}

/** Code that V8 has optimised before it was sampled names the caller of what it has inlined. */
function isOfSlow(name: string): boolean {
  return name === 'spendTime busy.mjs:2' || name === '(anonymous) busy.mjs:11'
}

function namesIn({ name, children }: FlameGraphNode): string[] {
  return [name, ...children.flatMap(namesIn)]
}

it('shows the functions of the user in the vertex that they belong to, and in no other', async () => {
  await withJob({ 'rest.flamegraph.enabled': 'true', ...QUICK }, async (graphOf) => {
    const seen = async (vertex: string): Promise<FlameGraphNode> => {
      for (;;) {
        const { endTimestamp, data } = await graphOf(vertex, '?type=ON_CPU')
        if (data !== null) {
          assert.ok(endTimestamp > 0)
          return data
        }
        assert.equal(endTimestamp, -3)
        await sleep(100)
      }
    }
    const slow = namesIn(await seen('Slow map'))
    assert.ok(slow.some(isOfSlow), slow.join('\n'))
    assert.ok(
      slow.every((name) => !name.includes('/')),
      'no place on this machine',
    )
    const none = namesIn(await seen('None'))
    assert.ok(!none.some(isOfSlow), none.join('\n'))
    const { data: waiting } = await graphOf('None', '?type=OFF_CPU')
    assert.ok((waiting?.value ?? 0) > 0)
  })
})

it('is not there where nobody has turned it on', async () => {
  await withJob({}, async (graphOf) => {
    assert.deepEqual(await graphOf('Slow map', ''), { endTimestamp: -2, data: null })
  })
})
