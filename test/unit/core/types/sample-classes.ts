/** Classes as programs have them, and how they are registered: the same in every process that imports this. */
import { Types } from '../../../../src/api/types/types-table.js'
import { registeredClass, RegisteredTypes } from '../../../../src/core/types/registered-types.js'

export class Account {
  readonly owner: string
  balance: number
  readonly tags: unknown

  constructor(owner: string, balance: number, tags: unknown = []) {
    this.owner = owner
    this.balance = balance
    this.tags = tags
  }

  describe(): string {
    return `${this.owner}: ${String(this.balance)}`
  }
}

export class SavingsAccount extends Account {
  readonly rate: number = 0.01
}

/** What it holds is no field. */
export class Money {
  readonly #cents: bigint

  constructor(cents: bigint) {
    this.#cents = cents
  }

  get cents(): bigint {
    return this.#cents
  }
}

/** Holds other instances in its plain form. */
export class Ledger {
  readonly #entries: readonly unknown[]

  constructor(entries: readonly unknown[]) {
    this.#entries = entries
  }

  get entries(): readonly unknown[] {
    return this.#entries
  }
}

export class RejectedError extends Error {
  override readonly name = 'RejectedError'
  readonly code = 17
}

export const SAMPLE_CLASSES: RegisteredTypes = new RegisteredTypes([
  registeredClass(Account),
  registeredClass(SavingsAccount),
  registeredClass(RejectedError),
  registeredClass(Money, { toPlain: (money) => money.cents, fromPlain: (plain) => new Money(plain as bigint) }),
  registeredClass(Ledger, {
    toPlain: (ledger) => ({ entries: ledger.entries }),
    fromPlain: (plain) => new Ledger((plain as { entries: readonly unknown[] }).entries),
  }),
])

/** The fields of an Account. */
export const ACCOUNT_TYPE = Types.POJO(Account, {
  owner: Types.STRING,
  balance: Types.LONG,
  tags: Types.LIST(Types.STRING),
})

/** Values with instances in them, for comparison by `comparable`. */
export const INSTANCES: Readonly<Record<string, () => unknown>> = {
  'an instance': () => new Account('Ann', 12.5, ['x']),
  'an instance of a subclass': () => new SavingsAccount('Bob', -0, [undefined]),
  'instances inside of everything': () =>
    new Map<unknown, unknown>([
      ['list', [new Account('a', 1), new SavingsAccount('b', 2), { deep: new Set([new Account('c', 3)]) }]],
      [new Account('key', 1), 1n],
    ]),
  'an instance that contains itself': () => {
    const tags: unknown[] = []
    const account = new Account('Eve', 1, tags)
    tags.push(account, tags)
    return account
  },
  'an instance that is shared': () => {
    const shared = new Account('Sam', 5)
    return { left: shared, right: [shared] }
  },
  'instances with a form of their own': () => ({ a: new Money(5n), b: [new Money(2n ** 70n)] }),
  'a form that holds other instances': () =>
    new Ledger([new Money(1n), new Account('Ann', 1), new Ledger([new Money(2n)]), { at: new Date(5) }]),
  'an error of a class of its own': () => ({ e: new RejectedError('no', { cause: new Money(3n) }) }),
}
