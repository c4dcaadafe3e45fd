import assert from 'node:assert/strict'
import { it } from 'node:test'
import { registeredClass, RegisteredTypes } from '../../../../../../src/core/types/registered-types.js'
import { parseTypeDescription } from '../../../../../../src/core/types/type-description.js'
import {
  renamedClass,
  shapeDifference,
} from '../../../../../../src/runtime/taskmanager/state/schema/shape-difference.js'
import { Visit } from './migration-table.js'

const STORED =
  'OBJECT(user: STRING, pages: INT, gone: LONG, at: LONG, tags: LIST(OBJECT(name: STRING)), last: POJO<PageView>(user: STRING), ' +
  'by: MAP(STRING, INT), pair: TUPLE(LONG, LONG), "odd: name": OBJECT(a: LONG), own: POJO<Gone>())'
const DECLARED =
  'OBJECT(user: STRING, pages: LONG, at: STRING, tags: LIST(OBJECT(name: STRING, since: LONG)), last: POJO<Visit>(user: STRING), ' +
  'by: MAP(STRING, STRING), pair: TUPLE(LONG), "odd: name": POJO<Visit>(a: LONG), own: POJO<Visit>(), new: LONG)'

it('two types stand side by side, field by field, with a mark where one does not become the other', () => {
  const classes = new RegisteredTypes([registeredClass(Visit, { alias: 'PageView' })])
  const difference = shapeDifference(parseTypeDescription(STORED), parseTypeDescription(DECLARED), classes)
  assert.equal(
    difference,
    `
      stored                  declared
      OBJECT                  OBJECT
        user: STRING            user: STRING
        pages: INT              pages: LONG
    -   gone: LONG
    !   at: LONG                at: STRING
        tags: LIST of           tags: LIST of
          OBJECT                  OBJECT
            name: STRING            name: STRING
    +                               since: LONG
        last: POJO PageView     last: POJO Visit
          user: STRING            user: STRING
        by: MAP                 by: MAP
          key: STRING             key: STRING
    !     value: INT              value: STRING
    !   pair: TUPLE of 2        pair: TUPLE of 1
          0: LONG                 0: LONG
    -     1: LONG
    !   "odd: name": OBJECT     "odd: name": POJO Visit
          a: LONG                 a: LONG
    !   own: POJO Gone          own: POJO Visit
    +                           new: LONG`,
  )
})

it('a class with another name is told, wherever it stands in a type, and not where an alias says that it is the same', () => {
  const classes = new RegisteredTypes([registeredClass(Visit, { alias: 'PageView' })])
  const renamed = (stored: string, declared: string): unknown =>
    renamedClass(parseTypeDescription(stored), parseTypeDescription(declared), classes)
  assert.deepEqual(renamed(STORED, DECLARED), ['Gone', 'Visit'])
  assert.deepEqual(renamed('LIST(MAP(STRING, POJO<A>()))', 'LIST(MAP(STRING, POJO<B>()))'), ['A', 'B'])
  assert.deepEqual(renamed('POJO<C>(a: POJO<A>())', 'POJO<C>(a: POJO<B>())'), ['A', 'B'])
  assert.equal(renamed('POJO<PageView>(a: LONG)', 'POJO<Visit>(a: STRING)'), undefined)
  assert.equal(renamed('OBJECT(a: LONG)', 'POJO<Visit>(a: LONG)'), undefined)
})
