import { describe, expect, it } from 'vitest';
import { fold, rankThreads } from './rank.ts';

const named = (name: string, username = 'u', fullName = name) => ({
  id: name,
  name,
  peer: { username, fullName },
});

const find = (query: string, ...threads: ReturnType<typeof named>[]) =>
  rankThreads(query, threads).map(({ id }) => id);

describe('the order of found threads', () => {
  it('puts names that begin with the query first, then words, then the rest', () => {
    const found = find('an', named('Susan'), named('Mia Andersen'), named('Anna'), named('Bob'));
    expect(found).toEqual(['Anna', 'Mia Andersen', 'Susan']);
  });

  it('keeps the order of the list between equals', () => {
    expect(find('a', named('Anna'), named('Abel'), named('Ada'))).toEqual(['Anna', 'Abel', 'Ada']);
  });

  it('finds a nickname, the name behind it, and the username with or without @', () => {
    const sister = named('Sis', 'maria77', 'Maria Lopez');
    for (const query of ['si', 'lop', '@mar', 'maria77']) expect(find(query, sister)).toEqual(['Sis']);
  });

  it('minds neither case nor accents', () => {
    expect(fold('Éléonore')).toBe('eleonore');
    expect(find('JOSE', named('José'))).toEqual(['José']);
  });

  it('finds within Chinese names', () => {
    expect(find('小明', named('王小明'), named('李华'))).toEqual(['王小明']);
  });

  it('finds nothing for nothing', () => {
    expect(find('  ', named('Anna'))).toEqual([]);
    expect(find('@', named('Anna'))).toEqual([]);
  });
});
