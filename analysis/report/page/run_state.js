// The state of every node at the moment that is looked at.
import { element, table } from './dom.js';
import { moment } from './format.js';

export function state(place, run) {
  const heading = element('h2');
  const content = element('div', { class: 'scroll' });
  place.append(heading, content);
  run.onLook((now) => {
    heading.textContent = `State of every node at ${moment(now)} s`;
    content.replaceChildren(
      element('div', { class: 'columns narrow-first' }, dataNodes(run, now), sentinels(run, now)),
      ...run.masters.map((master) => opinions(run, now, master)),
      element('p', { class: 'hint' }, 'Underlined: changed in the last 100 ms.'));
  });
}

// A value of a moment, marked if it is new.
function fact(run, now, ...of) {
  const { value, since } = run.at(now, ...of);
  const fresh = since > run.begin && now - since <= 100e3;
  const alarm = ['down', 's_down', 'o_down', 'tilt', 'paused'].includes(value);
  return { value: value || '–', class: [fresh ? 'changed' : '', alarm ? 'alarm' : ''].join(' ').trim() || null };
}

function dataNodes(run, now) {
  const facts = ['process', 'role', 'master', 'link'];
  return table('Data nodes, as they see themselves', ['node', 'process', 'role', 'follows', 'link'],
    run.ofKind('data').map((node) => [run.name(node), ...facts.map((each) => fact(run, now, node, each))]));
}

function sentinels(run, now) {
  const own = ['process', 'tilt', 'epoch'];
  const ofMaster = ['master', 'opinion', 'failover', 'vote', 'config-epoch'];
  const several = run.masters.length > 1;
  const heads = ['sentinel', ...own, ...(several ? ['of'] : []), 'names as master', 'holds it for', 'leads', 'voted for', 'config-epoch'];
  const rows = run.ofKind('sentinel').flatMap((node) => run.masters
    .filter((master) => run.changes(node, 'master', master).length > 0)
    .map((master) => [run.name(node), ...own.map((each) => fact(run, now, node, each)), ...(several ? [master] : []),
      ...ofMaster.map((each) => fact(run, now, node, each, master))]));
  return table('Sentinels', heads, rows);
}

// Who holds whom for what: flags as SENTINEL REPLICAS and SENTINEL SENTINELS tell them, without what the heading says.
function opinions(run, now, master) {
  const watchers = run.ofKind('sentinel').filter((node) => run.changes(node, 'master', master).length > 0);
  const known = run.nodes.map((_, i) => i).filter((i) => watchers.some((node) => run.changes(node, 'flags', master, i).length > 0));
  const cell = (watcher, of) => {
    if (watcher === of) return { value: 'itself', class: 'quiet' };
    const { value, class: look } = fact(run, now, watcher, 'flags', master, of);
    if (value === '–') return { value: run.at(now, watcher, 'process').value === 'down' ? '–' : 'not known', class: 'quiet' };
    const words = value.split(',');
    const role = words.find((word) => ['master', 'slave', 'sentinel'].includes(word));
    const rest = words.filter((word) => word !== role);
    const alarm = rest.some((word) => ['s_down', 'o_down'].includes(word)) ? 'alarm' : '';
    const shown = [role === 'master' ? 'master' : null, ...rest].filter(Boolean).join(', ') || 'up';
    return { value: shown, class: [look, alarm].filter(Boolean).join(' ') || null };
  };
  return table(`Who takes whom for what, for ${master}: a row a sentinel`, ['', ...known.map((i) => run.name(i))],
    watchers.map((node) => [run.name(node), ...known.map((i) => cell(node, i))]));
}
