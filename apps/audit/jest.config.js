import { jestPreset } from '../../jest.preset.js';

export default jestPreset('audit service', import.meta.dirname);
