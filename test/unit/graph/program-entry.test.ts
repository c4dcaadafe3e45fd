import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FlinkError } from '../../../src/core/errors/flink-error.js'
import { findEntry } from '../../../src/graph/program-entry.js'

const job = (): string => 'job called'
const main = (args: readonly string[]): string => `main called with ${args.join(' ')}`

class WithMain {
  static main(args: readonly string[]): string {
    return main(args)
  }
}

class WithoutMain {
  main(): undefined {
    return undefined
  }
}

/** As Node imports CommonJS that TypeScript made; the mark is not enumerable. */
function compiled(exported: Record<string, unknown>): Record<string, unknown> {
  const whole = Object.defineProperty({ ...exported }, '__esModule', { value: true })
  return { __esModule: true, default: whole, 'module.exports': whole }
}

describe('the entry point', () => {
  const cases: readonly (readonly [
    title: string,
    module: Record<string, unknown>,
    entry: string | undefined,
    string,
  ])[] = [
    ['a default function', { default: job, main }, undefined, 'job'],
    ['a default class with static main', { default: WithMain }, undefined, 'main'],
    ['an exported main', { main, other: job }, undefined, 'main'],
    ['main beside a default export that cannot be called', { default: {}, main }, undefined, 'main'],
    ['main of a CommonJS module', { default: { main } }, undefined, 'main'],
    ['a module without a main', { default: {}, helper: 1 }, undefined, 'module'],
    ['an empty module', {}, undefined, 'module'],
    ['a named function', { default: main, Job: job }, 'Job', 'job'],
    ['a named class with static main', { WithMain }, 'WithMain', 'main'],
    ['a named object with main', { Job: { main } }, 'Job', 'main'],
    ['main by name', { main, default: job }, 'main', 'main'],
    ['a named export of a CommonJS module', { default: { Job: job } }, 'Job', 'job'],
    ['the default export of compiled CommonJS', compiled({ default: job, helper: main }), undefined, 'job'],
    ['the default export of compiled CommonJS by name', compiled({ default: job }), 'default', 'job'],
    ['a named export of compiled CommonJS', compiled({ default: main, Job: job }), 'Job', 'job'],
    ['main of compiled CommonJS', compiled({ main }), undefined, 'main'],
    ['compiled CommonJS without a function', compiled({ helper: job }), undefined, 'module'],
  ]
  for (const [title, module, entry, kind] of cases) {
    test(`is ${title}`, () => {
      const found = findEntry(module, entry, '/job.js')
      assert.equal(found.kind, kind)
      if (found.kind === 'main') assert.equal(found.call(['a', 'b']), 'main called with a b')
    })
  }

  test('that is unknown is refused with the exports there are', () => {
    for (const [module, exports] of [
      [{ default: job, A: WithMain }, 'default, A'],
      [{}, 'none'],
      [compiled({ default: job, A: WithMain }), 'default, A'],
    ] as const) {
      assert.throws(
        () => findEntry(module, 'Missing', '/job.js'),
        (error) => {
          assert.ok(FlinkError.is(error, 'PROGRAM_ENTRY_NOT_FOUND'))
          assert.ok(
            error.message.includes("'Missing'") && error.message.endsWith(`exports of /job.js are: ${exports}.`),
          )
          return true
        },
      )
    }
  })

  test('that cannot be called is not found', () => {
    assert.throws(
      () => findEntry({ Job: 42 }, 'Job', '/job.js'),
      (error) => FlinkError.is(error, 'PROGRAM_ENTRY_NOT_FOUND'),
    )
  })

  test('that is a class without static main is refused by name', () => {
    assert.throws(
      () => findEntry({ WithoutMain }, 'WithoutMain', '/job.js'),
      (error) =>
        FlinkError.is(error, 'PROGRAM_NOT_A_MODULE') && error.message.includes("'WithoutMain' is a class without"),
    )
  })
})
