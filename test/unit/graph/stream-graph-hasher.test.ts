import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { generateStreamGraph } from '../../../src/graph/stream-graph-generator.js'
import { hashStreamGraph, operatorIdOfUid } from '../../../src/graph/stream-graph-hasher.js'
import { RecordedProgram } from './recorded-program.js'

function idsOf(program: RecordedProgram, configuration: Readonly<Record<string, string>> = {}): Record<string, string> {
  const graph = generateStreamGraph(program.pipeline(configuration))
  const ids = hashStreamGraph(graph)
  return Object.fromEntries(graph.nodes.map((node) => [node.name, ids.get(node.id) ?? '']))
}

describe('ids from the structure', () => {
  test('are those that Apache Flink gives to four operators in a row that do not chain', () => {
    const program = new RecordedProgram()
    const words = program.map(program.source('source'), 'flat map', { parallelism: 2 })
    program.sink(program.reduce(words, 'count'), 'print', { parallelism: 2 })
    assert.deepEqual(idsOf(program), {
      source: 'bc764cd8ddf7a0cff126f51c16239658',
      'flat map': '0a448493b4782967b150582570326227',
      count: 'ea632d67b7d595e5b851708ae9ad79d6',
      print: '6d2677a0ecc3fd8df0b72ec675edf8f4',
    })
  })

  test('are those that Apache Flink gives to a word count of two chains', () => {
    const program = new RecordedProgram()
    const words = program.map(program.source('source'), 'flat map')
    program.sink(program.reduce(words, 'count'), 'print')
    const ids = idsOf(program)
    assert.equal(ids['source'], 'cbc357ccb763df2852fee8c4fc7d55f2')
    assert.equal(ids['count'], '90bea66de1c231edf33913ecd54406c1')
  })

  test('do not depend on names, functions and uids elsewhere', () => {
    const make = (name: string, uid: string | undefined): string[] => {
      const program = new RecordedProgram()
      const source = program.source(name)
      program.sink(program.map(source, `${name} map`, { uid }), `${name} sink`)
      return Object.values(idsOf(program))
    }
    const [source, map] = make('a', undefined)
    assert.deepEqual(make('b', undefined).slice(0, 2), [source, map])
    assert.equal(make('b', 'here')[0], source)
    assert.notEqual(make('b', 'here')[1], map)
  })

  test('an operator with an input that is hashed later waits for it', () => {
    const program = new RecordedProgram()
    const near = program.source('near')
    const far = program.map(program.map(program.source('far'), 'far 1'), 'far 2')
    program.sink(program.union(near, far), 'out')
    const ids = idsOf(program)
    assert.equal(new Set(Object.values(ids)).size, 5)
    assert.ok(Object.values(ids).every((id) => /^[0-9a-f]{32}$/.test(id)))
  })
})

describe('ids from uids', () => {
  test("are Flink's hash of the uid", () => {
    const program = new RecordedProgram()
    program.source('source', { uid: 'hello' })
    assert.deepEqual(idsOf(program), { source: '029bbd41b3a7d8cb191dae486a901e5b' })
    assert.equal(operatorIdOfUid('hello'), '029bbd41b3a7d8cb191dae486a901e5b')
  })

  test('are the same with a uid hash, under which state is only looked for', () => {
    const program = new RecordedProgram()
    program.source('source', { uid: 'hello', uidHash: 'ABCDEF00112233445566778899aabbcc' })
    assert.deepEqual(idsOf(program), { source: operatorIdOfUid('hello') })
  })

  test('a uid hash that two operators have, or that is the id of another one, is refused', () => {
    const uidHash = 'a'.repeat(32)
    const program = new RecordedProgram()
    program.map(program.source('source', { uidHash }), 'map', { uidHash: uidHash.toUpperCase() })
    assert.throws(() => idsOf(program), { code: 'GRAPH_INVALID' })
  })

  test('a uid hash equal to the id of another operator is refused', () => {
    const program = new RecordedProgram()
    program.map(program.source('source', { uid: 'hello' }), 'map', { uidHash: operatorIdOfUid('hello') })
    assert.throws(
      () => idsOf(program),
      (error) =>
        FlinkError.is(error, 'GRAPH_INVALID') && error.message.includes('map') && error.message.includes('source'),
    )
  })
})
