import type { DataStream, ParameterTool, StreamExecutionEnvironment } from 'flink-ts'

interface Loan {
  readonly borrower: string
  readonly cents: number
  readonly yearlyRate: number
  readonly instalmentCents: number
}

interface RunningLoan extends Loan {
  readonly months: number
  readonly interestCents: number
}

const LONGEST_MONTHS = 600

/** A month: interest first, then the instalment. */
function nextMonth(loan: RunningLoan): RunningLoan {
  const interest = Math.round((loan.cents * loan.yearlyRate) / 12)
  return {
    ...loan,
    cents: Math.max(0, loan.cents + interest - loan.instalmentCents),
    months: loan.months + 1,
    interestCents: loan.interestCents + interest,
  }
}

function goesOn({ cents, months }: RunningLoan): boolean {
  return cents > 0 && months < LONGEST_MONTHS
}

function described({ borrower, cents, months, interestCents }: RunningLoan): string {
  if (cents > 0) return `${borrower}: never paid off`
  return `${borrower}: paid off after ${String(months)} months, with ${(interestCents / 100).toFixed(2)} of interest`
}

/** What becomes of loans, of lines of JSON: each goes round in the loop once a month. */
export function paidOff(lines: DataStream<string>): DataStream<string> {
  const loans = lines.map((line): RunningLoan => ({ ...(JSON.parse(line) as Loan), months: 0, interestCents: 0 }))
  const running = loans.iterate().uid('running-loans')
  const month = running.map(nextMonth)
  running.closeWith(month.filter(goesOn))
  return month.filter((loan) => !goesOn(loan)).map(described)
}

export default function loans(env: StreamExecutionEnvironment, params: ParameterTool): void {
  paidOff(env.readTextFile(params.getRequired('input')).uid('loans')).print()
}
