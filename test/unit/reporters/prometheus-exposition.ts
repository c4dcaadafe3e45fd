/** Reads the text format of Prometheus, version 0.0.4, and refuses whatever a scraper may refuse. */
import assert from 'node:assert/strict'

export interface Exposed {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface ExposedFamily {
  readonly help: string
  readonly type: string
  readonly samples: readonly Exposed[]
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/
const VALUE = /^(?:[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/

/** Families by name. */
export function parseExposition(text: string): Map<string, ExposedFamily> {
  assert.ok(text === '' || text.endsWith('\n'), 'the last line ends')
  const families = new Map<string, { help: string; type: string; samples: Exposed[] }>()
  const seen = new Set<string>()
  let current = ''
  for (const line of text.split('\n').slice(0, -1)) {
    const [, keyword, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/s.exec(line) ?? []
    if (keyword === 'HELP') {
      assert.match(name, NAME)
      assert.ok(!families.has(name), `${name} stands in one place`)
      families.set(name, { help: unescape(rest, /\\([\\n])/g), type: '', samples: [] })
      current = name
    } else if (keyword === 'TYPE') {
      const family = families.get(name)
      assert.ok(family !== undefined && name === current, `the type of ${name} follows its help`)
      assert.equal(family.type, '', `${name} has one type`)
      assert.match(rest, /^(?:gauge|summary)$/)
      family.type = rest
    } else {
      const sample = parseSample(line)
      const family = families.get(current)
      assert.ok(family !== undefined && family.type !== '', `${line} has a type`)
      const names = family.type === 'summary' ? [current, `${current}_count`, `${current}_sum`] : [current]
      assert.ok(names.includes(sample.name), `${sample.name} stands below ${current}`)
      assert.equal('quantile' in sample.labels, family.type === 'summary' && sample.name === current, line)
      const identity = JSON.stringify([sample.name, Object.entries(sample.labels).sort()])
      assert.ok(!seen.has(identity), `${identity} comes once`)
      seen.add(identity)
      family.samples.push(sample)
    }
  }
  for (const [name, { samples }] of families) assert.ok(samples.length > 0, `${name} has samples`)
  for (const [name, { type }] of families)
    if (type === 'summary') assert.ok(!families.has(`${name}_count`), `${name}_count is of the summary alone`)
  return families
}

function parseSample(line: string): Exposed {
  const [name = ''] = /^[^{ ]*/.exec(line) ?? []
  assert.match(name, NAME)
  const labels: Record<string, string> = {}
  let rest = line.slice(name.length)
  if (rest.startsWith('{')) {
    rest = rest.slice(1)
    while (!rest.startsWith('}')) {
      const [label, labelName = '', value = ''] = /^([^="{},]+)="((?:[^"\\\n]|\\["\\n])*)",?/.exec(rest) ?? []
      assert.ok(label !== undefined, `a label in ${rest}`)
      assert.match(labelName, LABEL_NAME)
      assert.ok(!(labelName in labels), `${labelName} comes once in ${line}`)
      labels[labelName] = unescape(value, /\\(["\\n])/g)
      rest = rest.slice(label.length)
    }
    rest = rest.slice(1)
  }
  assert.match(rest, /^ \S+$/)
  const text = rest.slice(1)
  assert.match(text, VALUE)
  return { name, labels, value: Number(text.replace('Inf', 'Infinity')) }
}

function unescape(text: string, escapes: RegExp): string {
  return text.replace(escapes, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}
