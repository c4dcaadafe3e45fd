/**
 * The other process of an exchange: checks the values that it reads from its standard input against those that it makes
 * itself, writes them on with a serializer of its own, and ends with 1 where one differs.
 */
import assert from 'node:assert/strict'
import { buffer } from 'node:stream/consumers'
import { DataInputView } from '../../../../src/core/memory/data-input-view.js'
import { DataOutputView } from '../../../../src/core/memory/data-output-view.js'
import { comparable } from './comparable.js'
import { exchangedValues, exchangeSerializers } from './exchanged-values.js'

const [kind = '', seed = ''] = process.argv.slice(2)
const make = exchangeSerializers(kind)
const expected = exchangedValues(Number(seed))
const input = new DataInputView(await buffer(process.stdin))
const reader = make()
const read = expected.map(() => reader.deserialize(input))
assert.equal(input.remaining, 0)
// One after the other: to explain a difference between all of them takes a newer Node half a minute.
for (const [index, value] of read.entries()) assert.deepStrictEqual(comparable(value), comparable(expected[index]))
const output = new DataOutputView()
const writer = make()
for (const value of read) writer.serialize(value, output)
process.stdout.write(output.written())
