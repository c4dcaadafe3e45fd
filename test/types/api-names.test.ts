import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { API_NAMES, FURTHER_NAMES, NAMES_OF_LATER } from './api-names.js'
import { exportedNames } from './exported-names.js'

type Names = Readonly<Record<string, string>>
type Exported = ReadonlyMap<string, ReadonlySet<string>>

/** Promised classes and `Class.method`s that the exports have not. */
function missingIn(exported: Exported, promised: Names): string[] {
  return Object.entries(promised).flatMap(([name, methods]) => {
    const members = exported.get(name)
    if (members === undefined) return [name]
    const missing = methods.split(' ').filter((method) => method !== '' && !members.has(method))
    return missing.map((method) => `${name}.${method}`)
  })
}

describe('the list of promised names', () => {
  const exported = exportedNames()

  it('is exported, all that is not of later', () => {
    const missing = missingIn(exported, API_NAMES)
    assert.deepEqual(
      missing.filter((name) => !NAMES_OF_LATER.includes(name)),
      [],
    )
  })

  it('has no name of later that is there, or that is not promised', () => {
    const missing = missingIn(exported, API_NAMES)
    assert.deepEqual(
      NAMES_OF_LATER.filter((name) => !missing.includes(name)),
      [],
    )
  })

  it('has every export, once', () => {
    const listed = [...Object.keys(API_NAMES), ...FURTHER_NAMES]
    assert.deepEqual(
      [...exported.keys()].filter((name) => !listed.includes(name)),
      [],
      'exported, and in no list',
    )
    assert.deepEqual(
      FURTHER_NAMES.filter((name) => !exported.has(name) || name in API_NAMES),
      [],
      'further names that are none',
    )
  })

  it('would miss a class, and a method', () => {
    const planted: Exported = new Map([['DataStream', new Set(['map'])]])
    assert.deepEqual(missingIn(planted, { DataStream: 'map filter', KeyedStream: 'sum' }), [
      'DataStream.filter',
      'KeyedStream',
    ])
  })
})
