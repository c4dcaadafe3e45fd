import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseProperties } from '../../../../src/core/io/properties-format.js'

/** What java.util.Properties makes of a text: the cases of its own documentation, and the corners around them. */
const CASES: readonly (readonly [title: string, text: string, entries: Readonly<Record<string, string>>])[] = [
  [
    'the three ways of its documentation',
    'Truth = Beauty\n Truth1:Beauty1\nTruth2   Beauty2',
    { Truth: 'Beauty', Truth1: 'Beauty1', Truth2: 'Beauty2' },
  ],
  [
    'a value over three lines',
    'fruits  apple, banana, pear, \\\n   cantaloupe, watermelon, \\\n\tkiwi, mango',
    { fruits: 'apple, banana, pear, cantaloupe, watermelon, kiwi, mango' },
  ],
  ['a key alone', 'cheeses', { cheeses: '' }],
  ['a key alone and blanks', 'cheeses \t', { cheeses: '' }],
  ['an empty key', '=value', { '': 'value' }],
  ['one separator only', 'a : = b\nc==d\ne:=f', { a: '= b', c: '=d', e: '=f' }],
  ['escaped separators in a key', 'a\\:b\\=c\\ d = e', { 'a:b=c d': 'e' }],
  ['a key that ends with a backslash', 'a\\\\=b', { 'a\\': 'b' }],
  ['comments', '# a=1\n  ! b=2\nc=3 # no comment\n#d=4 \\\ne=5', { c: '3 # no comment', e: '5' }],
  ['a comment sign within a continued line', 'a=1,\\\n#2,\\\n!3', { a: '1,#2,!3' }],
  ['an even number of backslashes, which continues nothing', 'a=1\\\\\nb=2', { a: '1\\', b: '2' }],
  ['an odd number of them, which does', 'a=1\\\\\\\nb=2', { a: '1\\b=2' }],
  ['a continued line and nothing after it', 'a=1\\', { a: '1' }],
  ['a continued line and an empty one after it', 'a=1\\\n\nb=2', { a: '1', b: '2' }],
  ['a key over two lines', 'ta\\\n  rget = x', { target: 'x' }],
  ['escapes', 'a=\\t\\n\\r\\f\\u00e9\\u0041\\q\\"', { a: '\t\n\r\f\u00e9Aq"' }],
  ['an escaped blank at the beginning of a value', 'a=\\  b', { a: '  b' }],
  ['blanks at the end of a value, which belong to it', 'a = b  ', { a: 'b  ' }],
  ['all ends of lines', 'a=1\rb=2\r\nc=3\n\n\r\r\nd=4', { a: '1', b: '2', c: '3', d: '4' }],
  ['the last of two', 'a=1\na=2', { a: '2' }],
  [
    'white space that is none in Java',
    '\u00a0a=\u00a0b\u2003\n\u3000c\u00a0d=e',
    { '\u00a0a': '\u00a0b\u2003', '\u3000c\u00a0d': 'e' },
  ],
]

describe('a .properties text', () => {
  for (const [title, text, entries] of CASES) {
    it(`is read as Java reads it: ${title}`, () => {
      assert.deepEqual(Object.fromEntries(parseProperties(text)), entries)
    })
  }
})
