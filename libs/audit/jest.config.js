import { jestPreset } from '../../jest.preset.js';

export default jestPreset('audit', import.meta.dirname);
