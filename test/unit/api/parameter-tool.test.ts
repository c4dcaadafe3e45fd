import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { ParameterTool } from '../../../src/api/environment/parameter-tool.js'

const key = fc.stringMatching(/^[a-z][a-z0-9.-]{0,10}$/)
const value = fc.string({ minLength: 1 }).filter((text) => !text.startsWith('-'))

describe('ParameterTool', () => {
  it('reads back any keys and values, with one dash or two', () => {
    const pairs = fc.uniqueArray(fc.tuple(key, value, fc.boolean()), { selector: ([name]) => name })
    fc.assert(
      fc.property(pairs, (given) => {
        const args = given.flatMap(([name, text, isLong]) => [`${isLong ? '--' : '-'}${name}`, text])
        assert.deepEqual(ParameterTool.fromArgs(args).toMap(), Object.fromEntries(given))
      }),
    )
  })

  it('takes a negative number for a value, anything else with a dash for the next key', () => {
    const params = ParameterTool.fromArgs(['--low', '-5', '--high', '-1e3', '--flag', '--other', 'x'])
    assert.deepEqual([params.getInt('low'), params.getDouble('high'), params.get('other')], [-5, -1000, 'x'])
    assert.equal(params.has('flag'), true)
    assert.equal(params.get('flag'), null)
    assert.equal(params.get('flag', 'default'), 'default')
  })

  it('lets the last of several win', () => {
    assert.equal(ParameterTool.fromArgs(['--a', '1', '--a', '2']).get('a'), '2')
  })

  it('gives null, the default or an error for what is missing', () => {
    const params = ParameterTool.fromArgs([])
    assert.equal(params.get('port'), null)
    assert.equal(params.getInt('port', 8081), 8081)
    assert.equal(params.getBoolean('on', false), false)
    const missing = { code: 'PROGRAM_PARAMETER_INVALID' }
    assert.throws(() => params.getRequired('port'), { ...missing, message: /No data for required key 'port'/ })
    const reads = [
      () => params.getInt('port'),
      () => params.getLong('port'),
      () => params.getDouble('port'),
      () => params.getBoolean('port'),
    ]
    for (const read of reads) assert.throws(read, missing)
  })

  it('refuses numbers that are none, naming the argument', () => {
    for (const text of ['x', '', ' ', '1.5', '1,5', 'NaN', 'Infinity']) {
      const params = ParameterTool.fromMap({ port: text })
      assert.throws(() => params.getInt('port'), /port/, `"${text}"`)
      assert.throws(() => params.getInt('port', 1), /port/, 'a default is for what is missing')
    }
    for (const text of ['x', '', 'NaN']) {
      assert.throws(() => ParameterTool.fromMap({ rate: text }).getDouble('rate'), /must be a number/)
    }
  })

  it('refuses whole numbers that would be another number', () => {
    assert.equal(ParameterTool.fromMap({ id: '9007199254740991' }).getLong('id'), 9_007_199_254_740_991)
    for (const text of ['9007199254740993', '-9007199254740993', '1e30']) {
      assert.throws(() => ParameterTool.fromMap({ id: text }).getLong('id'), /at most 2\^53/)
    }
  })

  it('reads true and false in any case and nothing else', () => {
    const params = ParameterTool.fromMap({ a: 'TRUE', b: 'false', c: 'yes', d: '1' })
    assert.deepEqual([params.getBoolean('a'), params.getBoolean('b')], [true, false])
    for (const name of ['c', 'd']) assert.throws(() => params.getBoolean(name), /must be true or false/)
  })

  it('refuses a word without a dash where a key must be, and a dash alone', () => {
    for (const args of [['words.txt'], ['--a', '1', 'words.txt'], ['--'], ['-']]) {
      assert.throws(() => ParameterTool.fromArgs(args), { code: 'PROGRAM_PARAMETER_INVALID' })
    }
  })
})
