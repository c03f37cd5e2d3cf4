import type { Messages } from '@/shared/i18n'

const texts: Messages = {
  zh: {
    title: '反映问题', receiptTitle: '已收到', steps: '第 {n} 步，共 3 步', resume: '这是您上次没有发完的内容', restart: '重新填写', back: '上一步', next: '下一步',
    photoTitle: '拍一张照片', photoWhy: '照片能让工作人员更快找到问题。请尽量不要拍到人脸和车牌。', take: '拍照或选照片', another: '再加一张', noPhoto: '没有照片，继续', notPhoto: '“{names}”不是能打开的照片，没有加上。请另选一张。', and: '”“',
    removePhoto: '去掉第 {n} 张照片', photoN: '第 {n} 张照片', most: '最多 {n} 张', photoNote: '照片里的拍摄位置等信息会被去掉，审核后才会公开。',
    placeTitle: '在哪里？', locate: '用我现在的位置', locating: '正在定位…', denied: '没有得到位置许可。请在地图上选，或填写地址。', unavailable: '没能定位。请在地图上选，或填写地址。',
    placeHelp: '拖动地图，让图钉对准发生问题的地方。', mapFailed: '地图没有加载出来，请填写地址。', address: '地址或明显标志', addressHelp: '例如：江汉大道 12 号小学门口', chosen: '已选位置', notChosen: '还没有选位置',
    here: '就是这里', needPlace: '请在地图上选位置，或填写地址',
    sendTitle: '说一说是什么问题', category: '问题类别', categoryHelp: '可以不选，我们会根据您写的内容判断。', text: '发生了什么', textHelp: '写几个字就行。请不要写身份证号等个人信息。',
    phone: '联系电话', phoneHelp: '选填。需要时工作人员会联系您，号码加密保存，不会公开。', send: '提交', sending: '正在提交…', uploading: '正在上传照片 {n}/{all}',
    needText: '请写几个字，或选择一个类别', kept: '没有发出去。您写的内容和照片都保存在本机，网络恢复后会自动再发一次。', again: '再发一次', refused: '没有提交成功',
    nearTitle: '附近可能已有人反映', nearHelp: '如果是同一件事，关注它就行，不用再写一遍。有进展您也能查到。', follow: '就是这件，关注它', following: '正在关注…', different: '都不是，我要反映新的问题', since: '{day} 反映', nearSoFar: '离您选的位置约 {n} 米以内',
    receiptHead: '已收到，谢谢您', receiptFollow: '已为您关注', receiptLead: '请保存下面的查询码。凭它可以查进展、评价，办得不好还可以要求重新办理。', code: '查询码', copy: '复制查询码', copied: '已复制', qr: '查询码二维码，扫一扫即可打开进展页', showQr: '显示二维码',
    onlyOnce: '查询码只显示这一次，我们只保存它的指纹，找不回来。', keptHere: '已记在本机的“我的反映”里。使用公用手机时请不要保留。', drop: '不要记在这台手机上', dropped: '没有记在这台手机上', toProgress: '查看进展', toHome: '回首页', nothing: '这里没有新的查询码', photosWait: '{n} 张照片审核后公开',
  },
  en: {
    title: 'Report a problem', receiptTitle: 'Received', steps: 'Step {n} of 3', resume: 'This is what you did not finish last time', restart: 'Start anew', back: 'Back', next: 'Next',
    photoTitle: 'Take a photo', photoWhy: 'A photo helps people find the problem sooner. Please leave out faces and number plates.', take: 'Take or choose a photo', another: 'Add another', noPhoto: 'Go on without a photo', notPhoto: '“{names}” is no photo that can be opened and was not added. Please choose another.', and: '”, “',
    removePhoto: 'Remove photo {n}', photoN: 'Photo {n}', most: 'At most {n}', photoNote: 'Where it was taken and the like is removed from the photo; it becomes public only after a check.',
    placeTitle: 'Where is it?', locate: 'Use where I am now', locating: 'Finding you…', denied: 'There is no permission to find you. Choose on the map, or write the address.', unavailable: 'You could not be found. Choose on the map, or write the address.',
    placeHelp: 'Drag the map until the pin stands where the problem is.', mapFailed: 'The map did not load; please write the address.', address: 'Address or landmark', addressHelp: 'For example: in front of the school, 12 Jianghan Avenue', chosen: 'Place is chosen', notChosen: 'No place is chosen yet',
    here: 'It is here', needPlace: 'Choose a place on the map, or write the address',
    sendTitle: 'What is the matter?', category: 'Kind of problem', categoryHelp: 'You need not choose; we read what you write.', text: 'What happened', textHelp: 'A few words will do. Please write no identity numbers or the like.',
    phone: 'Telephone', phoneHelp: 'Optional. People may call you if they need to; the number is kept encrypted and never public.', send: 'Send', sending: 'Sending…', uploading: 'Uploading photo {n} of {all}',
    needText: 'Write a few words, or choose a kind of problem', kept: 'It was not sent. Your words and photos are kept on this phone and are sent once more when the connection is back.', again: 'Send again', refused: 'It was not taken',
    nearTitle: 'Somebody may have reported this already', nearHelp: 'If it is the same matter, follow it: no need to write it again, and you can track it all the same.', follow: 'This is it, follow it', following: 'Following…', different: 'None of these, mine is new', since: 'reported {day}', nearSoFar: 'within about {n} m of the place you chose',
    receiptHead: 'Received, thank you', receiptFollow: 'You follow it now', receiptLead: 'Please keep this code. With it you can track progress, rate the work, and have it taken up again when it is not solved.', code: 'Tracking code', copy: 'Copy the code', copied: 'Copied', qr: 'QR code of the tracking code; it opens the progress page', showQr: 'Show a QR code',
    onlyOnce: 'The code is shown this once. We keep only its fingerprint and cannot find it again.', keptHere: 'It is noted on this phone under “My reports”. Do not keep it on a shared phone.', drop: 'Do not keep it on this phone', dropped: 'It is not kept on this phone', toProgress: 'See progress', toHome: 'To the start', nothing: 'There is no new code here', photosWait: '{n} photos become public after a check',
  },
}

export default texts
