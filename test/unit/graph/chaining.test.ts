import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isChainable } from '../../../src/graph/chaining.js'
import { generateStreamGraph } from '../../../src/graph/stream-graph-generator.js'
import { byName, RecordedProgram, type SettingsOverride } from './recorded-program.js'
import type { PartitionerSpec } from '../../../src/api/dag/partitioner-spec.js'

interface ChainCase {
  readonly title: string
  readonly up?: SettingsOverride
  readonly down?: SettingsOverride
  readonly partitioner?: PartitionerSpec
  readonly configuration?: Readonly<Record<string, string>>
  readonly otherInput?: boolean
  readonly sideOutput?: string
  readonly chains: boolean
}

const CASES: readonly ChainCase[] = [
  { title: 'plain operators chain', chains: true },
  { title: 'an explicit forward chains', partitioner: { kind: 'forward' }, chains: true },
  { title: 'a side output chains', sideOutput: 'late', chains: true },
  { title: 'an upstream that starts a chain chains', up: { chainingStrategy: 'head' }, chains: true },
  { title: 'a downstream that starts a chain does not', down: { chainingStrategy: 'head' }, chains: false },
  { title: 'a downstream that never chains does not', down: { chainingStrategy: 'never' }, chains: false },
  { title: 'an upstream that never chains does not', up: { chainingStrategy: 'never' }, chains: false },
  { title: 'different parallelisms do not chain', up: { parallelism: 2 }, chains: false },
  { title: 'different slot sharing groups do not chain', down: { slotSharingGroup: 'other' }, chains: false },
  { title: 'a common slot sharing group chains', up: { slotSharingGroup: 'other' }, chains: true },
  { title: 'two inputs do not chain', otherInput: true, chains: false },
  { title: 'a key does not chain, even at parallelism 1', partitioner: { kind: 'hash', key: byName }, chains: false },
  { title: 'rebalance does not chain', partitioner: { kind: 'rebalance' }, chains: false },
  { title: 'broadcast does not chain', partitioner: { kind: 'broadcast' }, chains: false },
  {
    title: 'nothing chains where chaining is switched off',
    configuration: { 'pipeline.operator-chaining.enabled': 'false' },
    chains: false,
  },
]

for (const { title, chains, ...rest } of CASES) {
  test(title, () => {
    const program = new RecordedProgram()
    const up = program.map(program.source('source', rest.up), 'up', rest.up)
    const read = rest.sideOutput === undefined ? up : program.sideOutput(up, rest.sideOutput)
    const exchanged = rest.partitioner === undefined ? read : program.partition(read, rest.partitioner)
    const input = rest.otherInput === true ? program.union(exchanged, program.source('other')) : exchanged
    program.sink(input, 'down', rest.down)
    const graph = generateStreamGraph(program.pipeline(rest.configuration))
    const edge = graph.nodes.find((node) => node.name === 'up')?.outEdges[0]
    assert.ok(edge)
    assert.equal(isChainable(edge, graph.settings.isChainingEnabled), chains)
  })
}
