import { describe, expect, it } from 'vitest'
import { columnsOf, type Section } from '@/console/desk/sections'

const section = (key: string, lines: number) => ({ key, cases: Array.from({ length: lines }), signals: [], letters: [], failures: [] }) as unknown as Section
const keys = (columns: Section[][]) => columns.map((column) => column.map((one) => one.key))
const CHIEF = new Set(['overdue'])

describe('the columns of the desk', () => {
  it('puts what presses first on the left, and the rest where there is room', () => {
    expect(keys(columnsOf([section('letters', 5), section('overdue', 2), section('verify', 5), section('rate', 2)], CHIEF))).toEqual([['overdue', 'verify'], ['letters', 'rate']])
  })
  it('has one column where there is nothing for a second', () => {
    expect(keys(columnsOf([section('letters', 5)], CHIEF))).toEqual([['letters']])
    expect(keys(columnsOf([section('overdue', 5)], CHIEF))).toEqual([['overdue']])
    expect(columnsOf([], CHIEF)).toEqual([])
  })
})
