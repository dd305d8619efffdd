// The page of a run: its parts, and the moment that they all look at.
import { element } from './dom.js';
import { RunModel } from './run_model.js';
import { summary } from './run_summary.js';
import { timeline } from './run_timeline.js';
import { messages } from './run_messages.js';
import { events } from './run_events.js';
import { state } from './run_state.js';
import { causes } from './run_causes.js';

export function showRun(main, data) {
  const run = new RunModel(data);
  const place = () => element('section', { class: 'card' });
  const parts = [
    [summary, place()], [timeline, place()], [events, place()], [causes, place()], [state, place()], [messages, place()],
  ];
  const [top, time, list, why, now, sequence] = parts.map(([, section]) => section);
  main.append(top, time, element('div', { class: 'columns' }, list, why), now, sequence);
  for (const [part, section] of parts) part(section, run);
  run.look(...run.firstLook());
}
