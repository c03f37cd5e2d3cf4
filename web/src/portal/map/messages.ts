import type { Messages } from '@/shared/i18n'

const texts: Messages = {
  zh: {
    label: '选择位置的地图', help: '拖动地图，把图钉对准发生问题的地方。也可以点一下地图，或用方向键移动、加减键缩放。看不清地图时，请在下面填写地址。',
    closer: '放大', further: '缩小',
  },
  en: {
    label: 'Map to choose a place on',
    help: 'Drag the map until the pin stands where the problem is. You can also tap the map, move it with the arrow keys and zoom with plus and minus. If you cannot see the map, write the address below.',
    closer: 'Closer', further: 'Further',
  },
}

export default texts
