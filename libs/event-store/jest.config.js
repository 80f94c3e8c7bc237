import { jestPreset } from '../../jest.preset.js';

export default jestPreset('event-store', import.meta.dirname);
