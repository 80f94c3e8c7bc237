import { jestPreset } from '../../jest.preset.js';

export default jestPreset('recording', import.meta.dirname);
